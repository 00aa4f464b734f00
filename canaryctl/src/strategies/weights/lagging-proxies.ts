import { UserError } from "@canary-lab/kit/user-error";
import type { ProxyReport } from "../../../../stacks/live/proxies/proxies.ts";
import { platformOf } from "../../lab.ts";

/** The error of a route that is written, and that part of the callers' proxies have not got. @param written what it says, for the message */
export function laggingProxies(
  lab: Parameters<typeof platformOf>[0],
  written: string,
  { with: ready, without }: ProxyReport,
  seconds: number,
): UserError {
  const { namespace, name } = platformOf(lab).mesh.controlPlane;
  const named = without.map(({ pod, instead }) => `${pod} (${instead})`).join(", ");
  return new UserError(
    `${written}, and ${without.length} of ${ready.length + without.length} proxies have not got it after ${seconds} s: ${named}.`,
    {
      place: "what Istio's control plane hands to the proxies",
      next: `kubectl -n ${namespace} logs deploy/${name} --tail 50`,
    },
  );
}
