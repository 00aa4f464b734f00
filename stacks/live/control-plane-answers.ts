import { ApiError, type KubeClient, UnreachableError } from "@canary-lab/kit/kube/client";
import { type Clock, until } from "@canary-lab/kit/until";

/** What is asked for as a dry run, and never made: a DestinationRule, which whoever deploys an application may make in its namespace. */
const probeIn = (namespace: string) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "canary-lab-probe", namespace },
  spec: { host: "canary-lab-probe" },
});

/**
 * Waits until Istio's new control plane checks objects: it is ready before the API server has let go of the one before, and what is applied
 * in between fails after the 10 s that its webhook has. After a minute it is for whoever applies something to say what is wrong.
 *
 * @param namespace of the application; where it is not there yet, nothing is waited for
 */
export async function controlPlaneAnswers(
  client: Pick<KubeClient, "create">,
  namespace: string,
  clock?: Clock,
): Promise<void> {
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/destinationrules?dryRun=All`;
  const answers = async () => {
    try {
      await client.create(path, probeIn(namespace));
      return true;
    } catch (error) {
      const isAway = error instanceof ApiError && /failed calling webhook/.test(error.message);
      return !isAway && !(error instanceof UnreachableError);
    }
  };
  await until(answers, { seconds: 60, clock });
}
