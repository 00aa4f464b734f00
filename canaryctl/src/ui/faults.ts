import { UserError } from "@canary-lab/kit/user-error";
import type { Faults } from "../../../apps/versioned-echo/src/faults.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { appContainer } from "../../../components/workload/render-pod.ts";
import type { PodList } from "../../../stacks/live/proxies/exec.ts";
import type { Lab } from "../lab.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import { sideOfPod } from "../traffic/answers.ts";
import type { FaultName } from "./snapshot.ts";

/** What each switch asks of the service; what it does not name is healthy. */
export const faultsOf: Readonly<Record<FaultName, Partial<Faults>>> = {
  none: {},
  errors: { errorRate: 0.3 },
  latency: { latencyMilliseconds: 400 },
  "not ready": { ready: false },
  crash: { crash: true },
};

/** What becomes of a pod, in words. */
const words: Readonly<Record<FaultName, string>> = {
  none: "healthy again",
  errors: "30 % of the answers are errors",
  latency: "each answer comes 400 ms later",
  "not ready": "not ready",
  crash: "told to crash",
};

/** Inside of the pod, where no policy of the mesh is in the way. */
const put = (faults: Partial<Faults>): readonly string[] => [
  "node",
  "-e",
  `fetch("http://127.0.0.1:8080/faults", { method: "PUT", headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify(faults))} }).then(async (answer) => { console.log(answer.ok ? "set" : await answer.text()); })`,
];

/** How long a pod may take to answer, in milliseconds. */
const timeout = 8000;

/**
 * Sets the faults of the pods of one side of the lab's own service. A pod that is not ready is asked as well: it may be so by such a fault.
 *
 * @returns what was done, in one line
 * @throws UserError where the side has no pod, or one does not take it
 */
export async function setFaults(
  lab: Lab,
  strategy: Pick<ReleaseStrategy, "read">,
  side: "stable" | "canary",
  fault: FaultName,
): Promise<string> {
  const { cluster, config, exec } = lab;
  const { app, namespace } = config;
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
      next: "npx canaryctl status",
    });
  const set = await Promise.all(
    asked.map(async ({ metadata: { name } }) => {
      const run = await exec(namespace, name, timeout);
      const answer = (await run(appContainer, put(faultsOf[fault]))).trim();
      if (answer === "set") return name;
      throw new UserError(`Pod ${name} does not take the fault: ${answer}`, {
        place: `pod ${namespace}/${name}`,
        next: "npx canaryctl status",
      });
    }),
  );
  return `${set.length} of ${asked.length} ${side} pods: ${words[fault]}.`;
}
