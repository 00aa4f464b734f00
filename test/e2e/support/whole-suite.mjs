import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const file = new URL("../../../Pulumi.dev.yaml", import.meta.url);

/** Remembers what the suite must not change, or must put back: it moves weights, and each move is written into the stack's config. */
export default function setup() {
  const config = existsSync(file) ? readFileSync(file) : undefined;
  const status = execFileSync("git", ["status", "--porcelain"], { cwd: new URL(".", file), encoding: "utf8" });
  process.env.CHANGED_BEFORE = JSON.stringify(
    status.split("\n").filter((line) => line !== "" && !line.endsWith(" Pulumi.dev.yaml")),
  );
  if (!existsSync("/sys/class/net/canary-lab0"))
    process.env.FORWARDING_BEFORE = readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim();
  globalThis.restoreStackConfig = () => config && writeFileSync(file, config);
}
