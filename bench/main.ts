import { parseArgs } from "node:util";
import { canaryctl, requireLab } from "../test/e2e/support/lab.ts";
import { configuredWeight } from "../test/e2e/support/stack-config.ts";
import { measureAbort } from "./abort.ts";
import { measureApp } from "./app.ts";
import { measureColdUp, recordedBuilds } from "./cold-up.ts";
import { type EmptyProgram, makeEmptyProgram } from "./empty-program.ts";
import { measureEveryWeight } from "./every-weight.ts";
import { measureFlips } from "./flips.ts";
import { measureFullStack } from "./full-stack.ts";
import { measureGrowth } from "./growth.ts";
import { measureHappyPaths } from "./happy-paths.ts";
import { liveUsage, runLive } from "./judge/live.ts";
import { judgeReport } from "./judge/report.ts";
import { runTemplate, templateUsage } from "./judge/template-live.ts";
import { measureMemory } from "./memory.ts";
import { measureLook, measureNoOp } from "./no-op.ts";
import { measureProxies } from "./proxies.ts";
import { keepRecord } from "./record.ts";
import { measureRollback } from "./rollback.ts";
import { measureServices } from "./services.ts";
import { measureFirstResponse, measureSetTraffic } from "./set-traffic.ts";
import { type Row, renderTable, verdict } from "./table.ts";
import { measureWarmUp } from "./warm-up.ts";
import { measureWatch } from "./watch.ts";

const usage = `npm run bench -- [--runs N] [--cold] [measure…]
npm run bench -- judge [--releases N]

Measures the lab that stands here, each thing beside its floor in the same run, and prints a Markdown table. The values are kept in
.lab/bench.json, with machine and versions; what is slower than there by a fifth is named.
--runs N   runs of each quick measure, 1..50 (default 7); ups from nothing take a third of them
--cold     first make the lab from nothing, tools included: about 20 minutes
judge      simulates releases, without a lab: how often the judge and the rules beside it are wrong, and how fast they are right
--releases N   simulated releases of each row, 1..100000 (default 10000: hours)
measures   memory, look, set-traffic, rollback, no-op, growth, services, flips, every-weight, releases, proxies, abort, app, full-stack, warm-up;
           default: all of these. Measured where they are named: services-50 (as services, with 50 of them too: 150 pods), watch (half an
           hour, WATCH_MINUTES where it is set)

${liveUsage}

${templateUsage}`;

type Measure = (runs: number, empty: EmptyProgram) => Promise<readonly Row[]>;

/** A simulated release lasts half an hour. */
const releaseSeconds = 1800;

/** In the order in which they disturb one another least. */
const measures: Readonly<Record<string, Measure>> = {
  memory: async () => [await measureMemory(3)],
  look: measureLook,
  "set-traffic": async (runs, empty) => [await measureSetTraffic(runs, empty), await measureFirstResponse(runs)],
  rollback: async (runs) => [await measureRollback(runs)],
  "no-op": measureNoOp,
  growth: measureGrowth,
  services: (runs) => measureServices(runs),
  flips: async () => [await measureFlips()],
  "every-weight": measureEveryWeight,
  releases: measureHappyPaths,
  proxies: measureProxies,
  abort: async (runs) => [await measureAbort(runs)],
  app: (runs) => measureApp(Math.max(1, Math.floor(runs / 3))),
  "full-stack": measureFullStack,
  "warm-up": (runs) => measureWarmUp(Math.max(1, Math.floor(runs / 3))),
};

/** What few clusters have room for, and what takes too long for who does not ask for it. */
const onDemand: typeof measures = {
  "services-50": (runs) => measureServices(runs, [1, 10, 50]),
  watch: async () => [await measureWatch()],
};
const known = { ...measures, ...onDemand };

async function main(): Promise<void> {
  const options = {
    runs: { type: "string", default: "7" },
    releases: { type: "string", default: "10000" },
    cold: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const runs = Number(values.runs);
  const releases = Number(values.releases);
  const simulated = positionals.length === 1 && positionals[0] === "judge";
  const unknown = simulated ? [] : positionals.filter((name) => !(name in known));
  const badReleases = !Number.isInteger(releases) || releases < 1 || releases > 100_000;
  const bad = unknown.length > 0 || !Number.isInteger(runs) || runs < 1 || runs > 50 || badReleases;
  if (values.help || bad) {
    console.error(
      bad
        ? `error: not understood: ${[...unknown, `--runs ${values.runs}`, `--releases ${values.releases}`].join(", ")}\n\n${usage}`
        : usage,
    );
    process.exitCode = bad ? 2 : 0;
    return;
  }
  if (simulated) {
    console.log(judgeReport(releases, releaseSeconds));
    return;
  }

  const rows: Row[] = [];
  if (values.cold) rows.push(await measureColdUp());
  await requireLab();
  if (!values.cold) rows.push(...recordedBuilds());
  const weight = configuredWeight();
  const empty = await makeEmptyProgram();
  try {
    const chosen = positionals.length === 0 ? Object.keys(measures) : positionals;
    for (const [name, measure] of Object.entries(known)) {
      if (chosen.includes(name)) rows.push(...(await measure(runs, empty)));
    }
  } finally {
    await empty.remove();
    await canaryctl("set-traffic", String(100 - weight), String(weight));
    console.log(renderTable(rows)); // what was measured before a measure failed is worth having
    for (const line of keepRecord(rows)) console.log(line);
  }
  if (rows.some((row) => verdict(row) === false)) process.exitCode = 1;
}

const [first, ...others] = process.argv.slice(2);
const series: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  "judge-live": runLive,
  "judge-template": runTemplate,
};
await (series[first ?? ""]?.(others) ?? main());
