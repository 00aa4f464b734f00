import { UserError } from "@canary-lab/kit/user-error";
import { laggardsText, type ProxyReport } from "../../../../stacks/live/proxies/proxies.ts";
import { platformOf } from "../../lab.ts";

/** The error of a route that is written, and that part of the callers' proxies have not got. @param written what it says, for the message */
export function laggingProxies(
  lab: Parameters<typeof platformOf>[0],
  written: string,
  report: ProxyReport,
  seconds: number,
): UserError {
  const { namespace, name } = platformOf(lab).mesh.controlPlane;
  return new UserError(
    `${written}, and ${laggardsText(report, seconds)}.`,
    report.without.every(({ isUnasked }) => isUnasked)
      ? {
          place: "ports of pods, which the API server reaches by the kubelet of their node",
          next: "npx canaryctl doctor",
        }
      : {
          place: "what Istio's control plane hands to the proxies",
          next: `kubectl -n ${namespace} logs deploy/${name} --tail 50`,
        },
  );
}
