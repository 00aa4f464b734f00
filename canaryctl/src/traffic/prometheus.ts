import { UserError } from "@canary-lab/kit/user-error";
import { proxiedPath } from "../../../cluster/kube/paths.ts";
import type { MonitoringFacts } from "../../../stacks/platform-facts.ts";
import { type Lab, platformOf } from "../lab.ts";

/** What of a lab is needed to ask the Prometheus of its platform. */
export type AskedLab = Pick<Lab, "config" | "platform" | "stackFile"> & {
  readonly cluster: Pick<Lab["cluster"], "get">;
};

/** @throws UserError where the platform has no Prometheus */
export function monitoringOf(lab: AskedLab): MonitoringFacts {
  const { monitoring } = platformOf(lab);
  if (monitoring) return monitoring;
  throw new UserError("The platform of this stack has no Prometheus.", {
    place: `monitoring in ${lab.stackFile.name}`,
    next: "npx canaryctl up",
  });
}

/** What Prometheus answers to a query, asked by way of the API server. @throws UserError where it cannot be asked */
export async function askPrometheus<T>(lab: AskedLab, query: string): Promise<T | undefined> {
  const { namespace, service, port } = monitoringOf(lab);
  const path = `/api/v1/query?${new URLSearchParams({ query })}`;
  return lab.cluster.get<T>(proxiedPath(namespace, service, port, path));
}
