import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { EngineNotes } from "./engine-notes.ts";
import { isAlive, isAliveBelow, seesAllProcesses } from "./process-alive.ts";

/** A lock file of the engine: who holds the stack. */
export interface StackLock {
  readonly path: string;
  readonly pid: number;
  readonly host: string;
  /** Empty where the lock does not say. */
  readonly user: string;
  /** When it was taken, in milliseconds; undefined where the lock does not say. */
  readonly since: number | undefined;
  /** `elsewhere`: on another host, or in a container whose processes are not seen from here. */
  readonly holder: "running" | "dead" | "elsewhere";
}

interface Content {
  readonly pid?: number;
  readonly hostname?: string;
  readonly username?: string;
  readonly timestamp?: string;
}

/** Undefined where it has been released between the listing and the reading. */
export function readLock(path: string, notes = new EngineNotes()): StackLock | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const { pid = 0, hostname: host = "", username: user = "", timestamp = "" } = JSON.parse(text) as Content;
    const since = Date.parse(timestamp);
    return {
      path,
      pid,
      host,
      user,
      since: Number.isNaN(since) ? undefined : since,
      holder: holderOf(pid, host, notes),
    };
  } catch {
    // Cut short by a full disk: nobody waits behind it.
    return { path, pid: 0, host: hostname(), user: "", since: undefined, holder: "dead" };
  }
}

/** The first lock that the engine names where it is refused; undefined where it names none. */
export function lockIn(lines: readonly string[], notes = new EngineNotes()): StackLock | undefined {
  for (const line of lines) {
    const [, path, user, host, pid, time] = /^\s+(\S+): created by (.*)@(\S+) \(pid (\d+)\) at (\S+)$/.exec(line) ?? [];
    if (path === undefined || user === undefined || host === undefined || time === undefined) continue;
    const since = Date.parse(time);
    const holder = holderOf(Number(pid), host, notes);
    return { path, user, host, pid: Number(pid), since: Number.isNaN(since) ? undefined : since, holder };
  }
  return undefined;
}

/** A process that is not found is dead only where it would be found. */
function holderOf(pid: number, host: string, notes: EngineNotes): StackLock["holder"] {
  if (host !== hostname()) return "elsewhere";
  if (isAlive(pid, "pulumi")) return "running";
  if (notes.isFromHere(pid)) return "dead";
  if (!seesAllProcesses()) return "elsewhere";
  return isAliveBelow(pid, "pulumi") ? "running" : "dead";
}

/** No update of a lab takes as long, but for a release whose plan does. */
const saneMilliseconds = 3_600_000;

/** Held by nobody whom we see, for so long that waiting for its end is no use. */
export const isAbandoned = ({ holder, since }: StackLock, now = Date.now()): boolean =>
  holder === "elsewhere" && since !== undefined && now - since > saneMilliseconds;

/** Who, where and since when, such as `process 7 of ci on runner-1, since 2026-01-01 10:00 UTC, 3 h ago`. */
export function describeLock({ pid, host, user, since }: StackLock, now = Date.now()): string {
  const who = `process ${pid}${user && ` of ${user}`} on ${host}`;
  if (since === undefined) return who;
  return `${who}, since ${new Date(since).toISOString().slice(0, 16).replace("T", " ")} UTC, ${ageText(now - since)} ago`;
}

function ageText(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** For a lock whose holder only a person can look for. */
export const unlock = (stack: string) => ({
  first: "make sure that no such update runs; where one runs, wait for it to end",
  next: `eval "$(npx canaryctl env)" && pulumi cancel --yes ${stack}`,
});

/**
 * What to do about a lock: one that a process of this host holds is given back when it ends, and to cancel it would break its update. What is
 * run then is the refused command once more.
 */
export const wayOutOf = (lock: StackLock | undefined, stack: string) =>
  lock?.holder === "running" ? { first: "wait for it to end" } : unlock(stack);
