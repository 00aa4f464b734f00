import { ApiError, type KubeClient, UnreachableError } from "@canary-lab/kit/kube/client";
import { type Clock, until } from "@canary-lab/kit/until";
import { systemNamespace } from "../../components/mesh/render-istio.ts";

/** Asks for nothing that stays: as a dry run, and of what any namespace may have. */
const path = `/apis/networking.istio.io/v1/namespaces/${systemNamespace}/sidecars?dryRun=All`;
const probe = {
  apiVersion: "networking.istio.io/v1",
  kind: "Sidecar",
  metadata: { name: "canary-lab-probe", namespace: systemNamespace },
  spec: { egress: [{ hosts: ["./*"] }] },
};

/**
 * Waits until Istio's new control plane checks objects: it is ready before the API server has let go of the one before, and what is applied
 * in between fails after the 10 s that its webhook has. After a minute it is for whoever applies something to say what is wrong.
 */
export async function controlPlaneAnswers(client: Pick<KubeClient, "create">, clock?: Clock): Promise<void> {
  const answers = async () => {
    try {
      await client.create(path, probe);
      return true;
    } catch (error) {
      const isAway = error instanceof ApiError && /failed calling webhook/.test(error.message);
      return !isAway && !(error instanceof UnreachableError);
    }
  };
  await until(answers, { seconds: 60, clock });
}
