import { parseArgs } from "node:util";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { untilInterrupted } from "../../canaryctl/src/until-interrupted.ts";
import { inLab } from "../../cluster/lab-folder.ts";
import { enterStack, mustBeUp, startingPoint, withoutCanary } from "../../test/e2e/support/configure.ts";
import { requireLab } from "../../test/e2e/support/lab.ts";
import { keepConfig } from "../../test/e2e/support/stack-config.ts";
import { type Kind, kinds } from "./live-kinds.ts";
import { makeRelease, withoutTraffic } from "./live-release.ts";
import { isKept, liveTable, madeOf } from "./live-table.ts";
import type { LiveRelease } from "./live-timeline.ts";

export const liveUsage = `npm run bench -- judge-live [--releases N] [--bad N] [--only KIND]… [--minutes N]

Makes releases on the lab that stands here, each by create-canary and promote --judge under 300 requests/s, and prints what the judge made
of them. What was made is kept in .lab/judge-live.json: a run goes on where the one before it ended; remove the file to begin anew.
--releases N  releases whose sides are alike, 0..1000 (default 40)
--bad N       releases of each bad kind, 0..1000 (default 10)
--only KIND   only kinds whose names contain this: ${kinds.map(({ name }) => name).join("; ")}
--minutes N   no release begins later than so many minutes after the start, 1..1440 (default 120)`;

export interface LiveOptions {
  readonly chosen: readonly Kind[];
  readonly alike: number;
  readonly bad: number;
  readonly minutes: number;
}

/** @returns undefined where the arguments cannot be meant */
export function parseLive(args: readonly string[]): LiveOptions | undefined {
  const options = {
    releases: { type: "string", default: "40" },
    bad: { type: "string", default: "10" },
    only: { type: "string", multiple: true },
    minutes: { type: "string", default: "120" },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { only = [] } = values;
    const chosen = kinds.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
    const [alike, bad, minutes] = [Number(values.releases), Number(values.bad), Number(values.minutes)];
    const inRange = (value: number, low: number, high: number) =>
      Number.isInteger(value) && value >= low && value <= high;
    const isGood = inRange(alike, 0, 1000) && inRange(bad, 0, 1000) && inRange(minutes, 1, 1440) && chosen.length > 0;
    return isGood ? { chosen, alike, bad, minutes } : undefined;
  } catch {
    return undefined; // an option that there is not
  }
}

/** Both are the same code: an image answers with its tag. The stable one is `versioned-echo:v1`. */
const canaryImages = ["versioned-echo:v3", "versioned-echo:v2"] as const;

const file = inLab("judge-live.json");

const readReleases = (): readonly LiveRelease[] => JSON.parse(readIfThere(file) ?? "[]");

/** Runs the series, prints its table, and leaves the lab as it was. */
export async function runLive(args: readonly string[]): Promise<void> {
  const options = parseLive(args);
  if (!options) {
    console.error(liveUsage);
    process.exitCode = args.includes("--help") ? 0 : 2;
    return;
  }
  await requireLab();
  await untilInterrupted(async (signal) => {
    const restore = keepConfig();
    try {
      await makeReleases(options, signal);
    } finally {
      await withoutTraffic();
      await enterStack(withoutCanary); // an image may take the place of another one only without a canary that has a share
      restore();
      await mustBeUp();
    }
  }).finally(printTable); // what was made before one failed is worth having
}

function printTable(): void {
  const releases = readReleases();
  console.log(`${liveTable(kinds, releases)}\n\nEach release: ${file}`);
  const isBroken = (kind: Kind) => isKept(kind, releases) === false;
  if (kinds.some(isBroken)) process.exitCode = 1;
}

async function makeReleases({ chosen, alike, bad, minutes }: LiveOptions, signal: AbortSignal): Promise<void> {
  const ends = performance.now() + minutes * 60_000;
  await withoutTraffic();
  await enterStack({ ...startingPoint, canaryWeight: 0 });
  let made = 0;
  for (const kind of chosen) {
    const wanted = kind.fault ? bad : alike;
    const count = () => madeOf(kind, readReleases()).length;
    while (count() < wanted) {
      if (signal.aborted || performance.now() > ends) return;
      const release = await makeRelease(kind, canaryImages[made++ % 2] ?? canaryImages[0], signal);
      if (!release) return;
      writePrivateFile(file, `${JSON.stringify([...readReleases(), release], null, 1)}\n`);
      console.error(`# ${count()} of ${wanted}, ${progressText(release)}`);
    }
  }
}

function progressText({ kind, result, seconds, toVerdict, toLastAnswer, reason }: LiveRelease): string {
  const times = [
    `${seconds.toFixed(0)} s`,
    toVerdict !== undefined && `the verdict after ${toVerdict.toFixed(1)} s`,
    toLastAnswer !== undefined && `the canary's last answer after ${toLastAnswer.toFixed(1)} s`,
  ].filter(Boolean);
  return `${kind}: ${result}; ${times.join(", ")}. ${reason}`;
}
