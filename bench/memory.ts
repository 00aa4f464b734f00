import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { labFolder } from "../cluster/lab-folder.ts";
import { repeat } from "./sample.ts";
import type { Row } from "./table.ts";

/** A process as /proc shows it. */
interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Memory of the idle lab: the proportional set size of all its processes, with those inside its containers. */
export async function measureMemory(runs: number): Promise<Row> {
  await sleep(20_000); // let what the measures before it used be given back
  const values = await repeat(runs, async () => {
    await sleep(2000);
    return labGigabytes();
  });
  return { what: "memory of the whole lab, idle (PSS of all its processes)", values, unit: "GB", atMost: 1.6 };
}

/** Memory that the lab takes now, in gigabytes: the proportional set size of all its processes. */
export function labGigabytes(): number {
  const pids = processesOf(readProcesses(), labFolder);
  return pids.reduce((sum, pid) => sum + proportionalSetSize(pid), 0) / 1e9;
}

/** The processes that name the folder in their command line, and all that they started: a container's are children of its shim. */
export function processesOf(processes: readonly ProcessEntry[], folder: string): readonly number[] {
  const found = new Set(processes.filter(({ command }) => command.includes(folder)).map(({ pid }) => pid));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function readProcesses(): readonly ProcessEntry[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const status = readFileSync(`/proc/${entry}/status`, "utf8");
        const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
        return [{ pid: Number(entry), parent, command: readFileSync(`/proc/${entry}/cmdline`, "utf8") }];
      } catch {
        return []; // it ended while it was looked at
      }
    });
}

/** Bytes; shared pages count for each process by its share, so that the sum over processes is what they use together. */
function proportionalSetSize(pid: number): number {
  try {
    return bytesOf(pid, "smaps_rollup", "Pss") ?? 0;
  } catch {
    return 0; // ended meanwhile
  }
}

/** A field in kB of a file of a process in /proc, in bytes; undefined where it is not there, as of one that has ended and is not reaped. @throws Error where the process has ended */
export function bytesOf(pid: number, file: "smaps_rollup" | "status", field: string): number | undefined {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8")) ?? [];
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
}
