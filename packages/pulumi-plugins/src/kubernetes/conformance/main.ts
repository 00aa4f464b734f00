import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import { inLab, repositoryRoot } from "../../../../../cluster/lab-folder.ts";
import { knownDifferences, leastAgreeing } from "./known-differences.ts";
import { longestFirst, type Recording } from "./order.ts";
import { type Place, prepareConformance } from "./prepare.ts";
import { judge, unplaced } from "./verdict.ts";

// node packages/pulumi-plugins/src/kubernetes/conformance/main.ts [--jobs N] [case-id ...]; N is how many run beside those that mostly wait
// Replays what was recorded of the real plugin on the running lab. Exit code 1 when something differs that is not known to.

const recorded = join(dirname(repositoryRoot), "shared", "conformance");
const folder = inLab("conformance");
/** These count the seconds to an interruption: they come before those that keep the processors busy. */
const timed = ["c27-lock"];
/** These take the longest and do the least, for they wait for Deployments that never get ready: the others run beside them. */
const patient = ["c05-deploy-badimage", "c07-crashloop"];
const usualJobs = 4;
/** These look at what the Rollouts controller makes of an object. */
const ofRollouts = ["c30-rollout"];
const leanAutomation = pathToFileURL(join(import.meta.dirname, "lean-automation.ts")).href;

function placeOf(environment: NodeJS.ProcessEnv): Place {
  const layout = nodeLayout(inLab());
  const path = [dirname(process.execPath), layout.bin, environment.PATH ?? ""].join(delimiter);
  const given = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    chartMirror: environment.CANARY_LAB_CHART_MIRROR ?? inLab("charts"),
    environment: {
      KUBECONFIG: layout.kubeconfig,
      DOCKER_HOST: `unix://${layout.dockerSocket}`,
      PULUMI_HOME: inLab("pulumi"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...given,
      PATH: path,
    },
  };
}

async function replay(place: Place, jobs: number, cases: readonly string[]): Promise<void> {
  if (cases.length === 0) return;
  const args = [join(recorded, "drive.mjs"), "--jobs", String(jobs), "--out", join(folder, "replayed"), ...cases];
  await execa(process.execPath, args, {
    cwd: repositoryRoot,
    env: {
      ...place.environment,
      // The driver keeps the state of each case in a folder of its own, where a backend or a stack of the user's would stand in its way.
      PULUMI_BACKEND_URL: undefined,
      PULUMI_STACK: undefined,
      NODE_OPTIONS: `--import ${leanAutomation}`,
      GOGC: "400", // for hundreds of processes of pulumi and kubectl that live a second each
    },
    stdout: "inherit",
    stderr: "inherit",
  });
}

/** What agree.mjs says of the replayed cases. */
async function comparisonOf(cases: readonly string[]): Promise<string> {
  for (const file of readdirSync(join(folder, "replayed"))) {
    writeFileSync(join(folder, "compared", file), unplaced(readFileSync(join(folder, "replayed", file), "utf8")));
  }
  const comparison = [join(recorded, "agree.mjs"), join(recorded, "cases"), join(folder, "compared"), ...cases];
  const { stdout } = await execa(process.execPath, comparison, { reject: false });
  return stdout;
}

async function main(args: readonly string[]): Promise<number> {
  if (!existsSync(recorded)) {
    console.log(`skipped: there are no recorded cases beside this checkout (${recorded})`);
    return 0;
  }
  const jobsAt = args.indexOf("--jobs");
  const jobs = jobsAt < 0 ? usualJobs : Number(args[jobsAt + 1]);
  const wanted = args.filter((_, index) => jobsAt < 0 || (index !== jobsAt && index !== jobsAt + 1));
  const all = readdirSync(join(recorded, "cases")).map((file) => file.replace(/\.json$/, ""));
  const cases = all.filter((id) => wanted.length === 0 || wanted.some((prefix) => id.startsWith(prefix)));
  const place = placeOf(process.env);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "compared"), { recursive: true, mode: 0o700 });
  const judged = (comparison: string) =>
    judge(comparison, knownDifferences, cases.length === all.length ? leastAgreeing : 0);
  const restore = await prepareConformance(
    place,
    cases.some((id) => ofRollouts.includes(id)),
  );
  let comparison: string;
  const among = (some: readonly string[]) => cases.filter((id) => some.includes(id));
  const others = cases
    .filter((id) => !timed.includes(id) && !patient.includes(id))
    .map((id): Recording => JSON.parse(readFileSync(join(recorded, "cases", `${id}.json`), "utf8")));
  try {
    // Both to their end, before what they replay against is taken away.
    const replayed = await Promise.allSettled([
      replay(place, patient.length, among(patient)),
      replay(place, 1, among(timed)).then(() => replay(place, jobs, longestFirst(others))),
    ]);
    for (const outcome of replayed) if (outcome.status === "rejected") throw outcome.reason;
    comparison = await comparisonOf(cases);
    // Beside others on two cores a case can run into its own time limits: what differs then is looked at once more, alone.
    const { surprising } = judged(comparison);
    if (surprising.length > 0) {
      console.log(`${comparison}\nonce more, one at a time: ${surprising.join(", ")}`);
      await replay(place, 1, surprising);
      comparison = await comparisonOf(cases);
    }
  } finally {
    await restore();
  }
  console.log(comparison);
  const verdict = judged(comparison);
  for (const line of verdict.notes) console.log(line);
  return verdict.passed ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toText());
  process.exitCode = 1;
}
