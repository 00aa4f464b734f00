import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const file = new URL("Pulumi.dev.yaml", root);

/** Remembers what the suite must not change, or must put back: it moves weights, and each move is written into the stack's config. */
export default async function setup() {
  const config = existsSync(file) ? readFileSync(file) : undefined;
  const status = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
  process.env.CHANGED_BEFORE = JSON.stringify(
    status.split("\n").filter((line) => line !== "" && !line.endsWith(" Pulumi.dev.yaml")),
  );
  if (!existsSync("/sys/class/net/canary-lab0")) (await import("./machine-trace.ts")).rememberMachine();
  globalThis.restoreStackConfig = () => config && writeFileSync(file, config);
  // Tests run istioctl. Monitoring and Rollouts are switched on later: their tools are built with the others, which share packages with them.
  process.env.CANARY_LAB_ADD_ONS ??= "istioctl monitoring rollouts";
  await chooseParts();
}

/**
 * Looks up which parts have changed since they were proved, and says which are left out. `--all` leaves nothing out; PARTS_SECONDS is the
 * time for those that are due.
 */
async function chooseParts() {
  const { parts } = await import("./parts.ts");
  const { digestsOf } = await import("./part-digest.ts");
  const { leaveOut, leftOutLines, readProved } = await import("./proved.ts");
  const nightly = Object.keys(parts).filter((name) => parts[name].isNightly);
  const now = await digestsOf(parts, fileURLToPath(root));
  const { PARTS_SECONDS: seconds } = process.env;
  const leftOut = process.argv.includes("--all")
    ? { unchanged: [], late: [] }
    : leaveOut(now, readProved(), seconds ? Number(seconds) : undefined, nightly);
  process.env.PART_DIGESTS = JSON.stringify(now);
  process.env.LEFT_OUT_PARTS = JSON.stringify([...leftOut.unchanged, ...leftOut.late]);
  for (const line of leftOutLines(leftOut)) process.stderr.write(`${line}\n`);
}
