import { readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { nodeName } from "@canary-lab/embedded-cluster/node/network/addresses";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import { type Comparison, compare, summarise } from "./compare.ts";
import { knownDifferences, leastAgreeing } from "./known-differences.ts";
import { type Place, prepareConformance } from "./prepare.ts";
import { caseIds, longestFirst, type Observed, type Recording, readRecording } from "./recording.ts";

// node main.ts HOME [--jobs N] [CASE ...]: replays what was recorded of the real plugin on the embedded cluster whose folder is HOME.
// N is how many cases run beside those that mostly wait. Exit code 1 when something differs that is not known to.

/** These count the seconds to an interruption: they come before those that keep the processors busy. */
const timed = ["c27-lock"];
/** These take the longest and do the least, for they wait for Deployments that never get ready: the others run beside them. */
const waiting = ["c05-deploy-badimage", "c07-crashloop"];
/** These look at what the Rollouts controller makes of an object. */
const ofRollouts = ["c30-rollout"];

function placeOf(home: string): Place {
  const layout = nodeLayout(home);
  const path = [join(home, "pulumi", "bin"), dirname(process.execPath), layout.bin, process.env.PATH ?? ""];
  return {
    home,
    chartMirror: process.env.CANARY_LAB_CHART_MIRROR ?? join(home, "charts"),
    environment: {
      KUBECONFIG: layout.kubeconfig,
      DOCKER_HOST: `unix://${layout.dockerSocket}`,
      PULUMI_HOME: join(home, "pulumi"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PATH: path.join(delimiter),
    },
  };
}

const folderOf = (place: Place, id: string): string => join(place.home, "conformance", id);

/** Replays cases, `jobs` at once, each in a process of its own; what those print goes to a file in the case's folder. */
async function replay(place: Place, jobs: number, cases: readonly Recording[]): Promise<void> {
  const left = [...cases];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { id } = next;
      const began = performance.now();
      const file = `${folderOf(place, id)}.log`;
      const { exitCode } = await execa(
        process.execPath,
        [join(import.meta.dirname, "drive.ts"), id, folderOf(place, id), nodeName],
        {
          env: {
            ...place.environment,
            // Each case keeps its state in a folder of its own, where a backend or a stack of the user's would stand in its way.
            PULUMI_BACKEND_URL: undefined,
            PULUMI_STACK: undefined,
            // What kubectl says of a kind whose CRD is gone depends on which kinds it remembers.
            KUBECACHEDIR: `${folderOf(place, id)}.kubectl`,
            GOGC: "400", // for hundreds of processes of pulumi and kubectl that live a second each
          },
          stdin: "ignore",
          stdout: { file },
          stderr: { file, append: true },
          reject: false,
        },
      );
      console.log(
        `${id}: ${((performance.now() - began) / 1000).toFixed(1)} s${exitCode ? `, exit code ${exitCode}` : ""}`,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

function observedIn(place: Place, id: string): Observed[] {
  try {
    return JSON.parse(readFileSync(join(folderOf(place, id), "observed.json"), "utf8"));
  } catch {
    return []; // it never came to its first step
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { jobs: { type: "string", default: "4" } },
  });
  const [home, ...wanted] = positionals;
  if (!home)
    throw new UserError("The folder of an embedded cluster is missing.", {
      allowed: "main.ts HOME [CASE ...]",
    });
  const all = caseIds();
  const cases = all.filter((id) => wanted.length === 0 || wanted.some((prefix) => id.startsWith(prefix)));
  const recordings = cases.map(readRecording);
  const place = placeOf(resolve(home));
  rmSync(join(place.home, "conformance"), { recursive: true, force: true });
  makePrivateFolder(join(place.home, "conformance"));
  const needsRollouts = cases.some((id) => ofRollouts.includes(id));
  const restore = await prepareConformance(place, needsRollouts);
  const among = (some: readonly string[]) => recordings.filter(({ id }) => some.includes(id));
  const comparisons = (): Comparison[] => recordings.map((one) => compare(one, observedIn(place, one.id)));
  const summary = () => summarise(comparisons(), knownDifferences, cases.length === all.length ? leastAgreeing : 0);
  try {
    // Both to their end, before what they replay against is taken away.
    const others = recordings.filter(({ id }) => !timed.includes(id) && !waiting.includes(id));
    const replayed = await Promise.allSettled([
      replay(place, waiting.length, among(waiting)),
      replay(place, 1, among(timed)).then(() => replay(place, Number(values.jobs), longestFirst(others))),
    ]);
    for (const outcome of replayed) if (outcome.status === "rejected") throw outcome.reason;
    // Beside others on two cores a case can run into its own time limits: what differs then is looked at once more, alone.
    const { unexpected, lines } = summary();
    if (unexpected.length > 0) {
      console.log(`${lines.join("\n")}\nonce more, one at a time: ${unexpected.join(", ")}`);
      await replay(place, 1, among(unexpected));
    }
  } finally {
    await restore();
  }
  const { passed, lines } = summary();
  console.log(lines.join("\n"));
  return passed ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toText());
  process.exitCode = 1;
}
