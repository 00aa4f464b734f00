import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { execa } from "execa";
import { inLab, labFolder } from "../../cluster/lab-folder.ts";
import { kubectl } from "../e2e/support/lab.ts";
import { labProcesses } from "../e2e/support/processes.ts";
import { until } from "../e2e/support/until.ts";
import type { Fault } from "./fault.ts";

/** etcd's data. For the fault it is on a disk of its own, in memory, which can be filled without harm to the machine. */
const data = join(nodeLayout(labFolder).state, "etcd");
const onDisk = `${data}-on-disk`;
const filler = join(data, "filler");

/** Room for what etcd holds, and for the segments of its log, of 64 MB each, that it makes ahead. */
const megabytes = 400;

const etcds = (): readonly number[] => labProcesses("etcd");

/** Ends etcd, has `work` done to its data, and starts it as it was, with the mark in its environment by which `up` knows it. */
async function withoutEtcd(work: () => Promise<void>): Promise<void> {
  const [pid] = etcds();
  if (pid === undefined) throw new Error("No process of the lab runs etcd.");
  const textsOf = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0").slice(0, -1);
  const [program = "", ...args] = textsOf("cmdline");
  const env = Object.fromEntries(textsOf("environ").map((text) => /^([^=]*)=(.*)$/s.exec(text)?.slice(1) ?? []));
  process.kill(pid, "SIGKILL");
  await until("etcd has ended", () => etcds().length === 0, { seconds: 5, everyMilliseconds: 10 });
  await work();
  const log = openSync(inLab("logs/etcd.log"), "a");
  spawn(program, args, { cwd: "/", detached: true, env, stdio: ["ignore", log, log] }).unref();
}

const succeeds = (...args: readonly string[]): Promise<boolean> =>
  kubectl(...args).then(
    () => true,
    () => false,
  );

/** An object that takes room; events are gone after an hour. */
const largeEvent = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { generateName: "filler-", namespace: "default", annotations: { filler: "x".repeat(250_000) } },
  involvedObject: {},
};

/** Writes through the API server until etcd has met the end of its disk, and has ended. */
async function writeUntilFull(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "filler-"));
  const file = join(folder, "event.json");
  writeFileSync(file, JSON.stringify(largeEvent));
  const hasEnded = async () => {
    await succeeds("create", "-f", file, "--request-timeout=2s");
    return etcds().length === 0;
  };
  try {
    await until("etcd has ended on its full disk", hasEnded, { seconds: 30 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What fails in it is undone: a lab whose etcd is in memory would lose all of it with the machine. */
async function fillDisk(): Promise<void> {
  await fill().catch(async (error) => {
    await giveRoom();
    throw error;
  });
}

async function fill(): Promise<void> {
  await withoutEtcd(async () => {
    renameSync(data, onDisk);
    mkdirSync(data, { mode: 0o700 });
    await execa("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", data]);
    cpSync(onDisk, data, { recursive: true });
  });
  await until("the API server is ready", () => succeeds("get", "--raw", "/readyz"), { seconds: 30 });
  const { bavail, bsize } = statfsSync(data);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 2e6))); // etcd writes meanwhile
  await writeUntilFull();
}

/** Brings back to the disk what etcd has by now; the next `up` starts it. */
async function giveRoom(): Promise<void> {
  rmSync(filler, { force: true });
  for (const pid of etcds()) process.kill(pid, "SIGKILL");
  await until("etcd has ended", () => etcds().length === 0, { seconds: 5, everyMilliseconds: 10 });
  if (!existsSync(onDisk)) return; // it was never moved
  const { failed: isOnDisk } = await execa("mountpoint", ["--quiet", data], { reject: false });
  if (isOnDisk) rmSync(data, { recursive: true, force: true });
  else {
    const brought = `${data}-brought`;
    cpSync(data, brought, { recursive: true });
    await execa("umount", [data]);
    rmSync(data, { recursive: true });
    rmSync(onDisk, { recursive: true });
    renameSync(brought, onDisk);
  }
  renameSync(onDisk, data);
}

export const ofTheDisk: readonly Fault[] = [
  { name: "etcd's disk full", inject: fillDisk, told: /does not answer|no space left on device/, heal: giveRoom },
];
