import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Faults } from "../../apps/versioned-echo/src/faults.ts";
import { podsPath } from "../../cluster/kube/paths.ts";
import { nextImage } from "../../components/image/image-version.ts";
import { reportedVersion } from "../../components/image/render-built-image.ts";
import { appContainer } from "../../components/workload/render-pod.ts";
import type { PodList } from "../../stacks/live/proxies/exec.ts";
import type { Lab } from "./lab.ts";
import type { ReleaseStrategy } from "./strategies/strategy.ts";
import { sideOfPod } from "./traffic/answers.ts";

/** What becomes of a pod, in words. What is not named is healthy. */
function wordsOf({ errorRate, latencyMilliseconds, ready, crash }: Partial<Faults>): string {
  const parts = [
    errorRate && `${Number((errorRate * 100).toFixed(2))} % of the answers are errors`,
    latencyMilliseconds && `each answer comes ${latencyMilliseconds} ms later`,
    ready === false && "not ready",
    crash && "told to crash",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "healthy again";
}

/** The command that sets them inside of the pod, where no policy of the mesh is in the way: it prints `set`, or why not. */
export const putFaults = (faults: Partial<Faults>): readonly string[] => [
  "node",
  "-e",
  `fetch("http://127.0.0.1:8080/faults", { method: "PUT", headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify(faults))} }).then(async (answer) => { console.log(answer.ok ? "set" : await answer.text()); })`,
];

/** The container that is told to crash takes along the command that tells it, killed or cut off, where that is not quick enough. */
const crashed =
  ({ crash }: Partial<Faults>) =>
  (error: Error): string => {
    if (crash && /exit code 137|connection ended early/.test(error.message)) return "set";
    throw error;
  };

/** How long a pod may take to answer, in milliseconds. */
const timeout = 8000;

/**
 * Sets the faults of the pods of one side of the lab's own service. A pod that is not ready is asked as well: it may be so by such a fault.
 *
 * @param faults all of them: what is not named is healthy
 * @returns what was done, in one line
 * @throws UserError where the image is not of the lab, the side has no pod, or one does not take it
 */
export async function setFaults(
  lab: Lab,
  strategy: Pick<ReleaseStrategy, "read">,
  side: "stable" | "canary",
  faults: Partial<Faults>,
): Promise<string> {
  const { cluster, config, exec } = lab;
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
  const set = await Promise.all(
    asked.map(async ({ metadata: { name } }) => {
      const run = await exec(namespace, name, timeout);
      const answer = (await run(appContainer, putFaults(faults)).catch(crashed(faults))).trim();
      if (answer === "set") return name;
      throw new UserError(`Pod ${name} does not take the fault: ${answer}`, {
        place: `pod ${namespace}/${name}`,
        next: "npx canaryctl status",
      });
    }),
  );
  return `${set.length} of ${asked.length} ${side} pods: ${wordsOf(faults)}.`;
}
