import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import type { Faults } from "../../apps/versioned-echo/src/faults.ts";
import type { Side } from "../../canary/judge/counters/telemetry.ts";
import { podsPath } from "../../cluster/kube/paths.ts";
import { nextImage } from "../../components/image/image-version.ts";
import { reportedVersion } from "../../components/image/render-built-image.ts";
import { appContainer } from "../../components/workload/render-pod.ts";
import type { PodList } from "../../stacks/live/proxies/exec.ts";
import { healing } from "../../stacks/live/ways-to-serve.ts";
import { faultWords, isBroken, type PodFaults } from "./fault-words.ts";
import type { Lab } from "./lab.ts";
import type { ReleaseStrategy } from "./strategies/strategy.ts";
import { sideOfPod } from "./traffic/pod-answers.ts";

/** A command for the inside of the pod, where no policy of the mesh is in the way. */
const fetchFaults = (options: string, print: string): readonly string[] => [
  "node",
  "-e",
  `fetch("http://127.0.0.1:8080/faults"${options}).then(async (answer) => { console.log(${print}); })`,
];

/** The command that sets them: it prints `set`, or why not. */
export const putFaults = (faults: Partial<Faults>): readonly string[] =>
  fetchFaults(
    `, { method: "PUT", headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify(faults))} }`,
    'answer.ok ? "set" : await answer.text()',
  );

/** The command that prints those that are set, as JSON. */
const getFaults = fetchFaults("", "await answer.text()");

/** The container that is told to crash takes along the command that tells it, killed or cut off, where that is not quick enough. */
const crashed =
  ({ crash }: Partial<Faults>) =>
  (error: Error): string => {
    if (crash && /exit code 137|connection ended early/.test(error.message)) return "set";
    throw error;
  };

/** How long a pod may take to answer, in milliseconds. */
const timeout = 8000;

type Reader = Pick<ReleaseStrategy, "read">;

/**
 * Sets the faults of the pods of one side of the lab's own service. A pod that is not ready is asked as well: it may be so by such a fault.
 *
 * @param faults all of them: what is not named is healthy
 * @returns what was done, in one line
 * @throws UserError where the image is not of the lab, the side has no pod, or one does not take it
 */
export async function setFaults(lab: Lab, strategy: Reader, side: Side, faults: Partial<Faults>): Promise<string> {
  const names = await podsOf(lab, strategy, side);
  await Promise.all(
    names.map(async (name) => {
      const answer = (await inPod(lab, name, putFaults(faults)).catch(crashed(faults))).trim();
      if (answer === "set") return;
      throw new UserError(`Pod ${name} does not take the fault: ${answer}`, {
        place: `pod ${lab.config.namespace}/${name}`,
        next: "npx canaryctl status",
      });
    }),
  );
  return `${names.length} of ${names.length} ${side} pods: ${faultWords(faults) || "healthy again"}.`;
}

/** Reads what is set in each pod of a side. @throws UserError where the image is not of the lab, or the side has no pod */
export const readFaults = async (lab: Lab, strategy: Reader, side: Side): Promise<readonly PodFaults[]> =>
  Promise.all(
    (await podsOf(lab, strategy, side)).map(async (pod) => ({
      pod,
      faults: await inPod(lab, pod, getFaults).then(
        (text): Faults => JSON.parse(text),
        () => null,
      ),
    })),
  );

/** A line for each pod, and what heals them where one is broken. */
export function faultsText(side: Side, pods: readonly PodFaults[]): string {
  const lines = pods.map(({ pod, faults }) => {
    return `${side} pod ${pod}: ${faults ? faultWords(faults) || "healthy" : "does not answer"}.`;
  });
  return withNext(lines.join("\n"), ...(pods.some(isBroken) ? [healing(side)] : []));
}

/** The names of a side's pods. */
async function podsOf(lab: Lab, strategy: Reader, side: Side): Promise<readonly string[]> {
  const { cluster, config } = lab;
  const { app, namespace } = config;
  const image = side === "stable" ? config.stableImage : config.canaryImage;
  if (reportedVersion(image) === undefined)
    throw new UserError(`Faults are the lab's own service's; the ${side} side runs ${image}.`, {
      place: `${side}Image`,
      allowed: "versioned-echo:TAG",
      next: "npx canaryctl status",
    });
  const [{ canaryPods }, pods] = await Promise.all([
    strategy.read(lab),
    cluster.get<PodList>(podsPath(namespace, { app })),
  ]);
  const asked = (pods?.items ?? []).filter(
    (pod) => sideOfPod(pod, canaryPods) === side && !pod.metadata.deletionTimestamp,
  );
  if (asked.length === 0)
    throw new UserError(`There is no pod of the ${side} side.`, {
      place: `pods of ${namespace}/${app}`,
      next:
        side === "stable" || config.canaryEnabled
          ? "npx canaryctl up"
          : `npx canaryctl create-canary --image ${quoted(nextImage(config))}`,
    });
  return asked.map(({ metadata: { name } }) => name);
}

async function inPod({ exec, config }: Lab, pod: string, command: readonly string[]): Promise<string> {
  const run = await exec(config.namespace, pod, timeout);
  return run(appContainer, command);
}
