import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";

/**
 * When the `pulumi` command that runs this program was started, in Unix milliseconds by the API server's clock, at most a second early. One
 * process runs its preview, its question and its update, and each runs the program anew. Two machines' clocks are not compared: the process
 * has an age here, and the server says what time it is there.
 *
 * @returns undefined where no such process is above this one, as under canaryctl, or where the server does not say the time
 */
export async function commandStart(
  client: Pick<KubeClient, "create">,
  age: () => number | undefined = engineAge,
): Promise<number | undefined> {
  if (age() === undefined) return undefined;
  const now = await serverTime(client);
  const seconds = age(); // after the answer: what lies between makes the start earlier, and not later
  return now === undefined || seconds === undefined ? undefined : now - 1000 * seconds;
}

/** In whole seconds, rounded down. The review tells an account its own name; every account may ask it, from Kubernetes 1.28 on. */
async function serverTime(client: Pick<KubeClient, "create">): Promise<number | undefined> {
  try {
    const { metadata } = await client.create<{ readonly metadata: { readonly creationTimestamp?: string } }>(
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    );
    const time = Date.parse(metadata.creationTimestamp ?? "");
    return Number.isNaN(time) ? undefined : time;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** A process that runs. */
export interface Running {
  readonly parent: number;
  /** The name of its program. */
  readonly name: string;
  readonly seconds: number;
}

/** How long the nearest `pulumi` above this process runs, in seconds; undefined where there is none. */
export function engineAge(
  running: (pid: number) => Running | undefined = runningNow,
  from = process.ppid,
): number | undefined {
  for (let pid = from; pid > 0; ) {
    const found = running(pid);
    if (!found) return undefined;
    if (found.name === "pulumi") return found.seconds;
    pid = found.parent;
  }
  return undefined;
}

function runningNow(pid: number): Running | undefined {
  try {
    return process.platform === "linux" ? byProc(pid) : byPs(pid);
  } catch {
    return undefined; // it has ended, or this system has neither
  }
}

/** Clock ticks in a second, as Linux shows them to programs (USER_HZ). */
const ticks = 100;

/** By this process: what the system says of its own uptime is another number in some containers. */
export function byProc(pid: number): Running {
  const [found, own] = [pid, process.pid].map((id) => {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const end = stat.lastIndexOf(")"); // a name may have spaces and brackets of its own
    const fields = stat.slice(end + 2).split(" ");
    return { name: stat.slice(stat.indexOf("(") + 1, end), parent: Number(fields[1]), start: Number(fields[19]) };
  }) as [Stat, Stat];
  return {
    parent: found.parent,
    name: found.name,
    seconds: (own.start - found.start) / ticks + process.uptime(),
  };
}

interface Stat {
  readonly name: string;
  readonly parent: number;
  readonly start: number;
}

/** In whole seconds. */
export function byPs(pid: number): Running {
  const line = execFileSync("ps", ["-o", "ppid=,etime=,comm=", "-p", String(pid)], { encoding: "utf8" }).trim();
  const [, parent, days = 0, hours = 0, minutes, seconds, name = ""] =
    /^(\d+)\s+(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)\s+(.*)$/.exec(line) ?? [];
  const [d, h, m, s] = [days, hours, minutes, seconds].map(Number) as [number, number, number, number];
  return { parent: Number(parent), name: basename(name), seconds: ((d * 24 + h) * 60 + m) * 60 + s };
}
