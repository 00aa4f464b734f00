import { UserError } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import { versionOf } from "../../../components/image/image-version.ts";
import { sideServiceName, versions } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { type AskedLab, askPrometheus, monitoringOf } from "./prometheus.ts";

type Labels = Readonly<Record<string, string>>;

interface Answer {
  readonly data?: { readonly result?: readonly { readonly metric: Labels }[] };
}

/**
 * The names of the alerts of the canary that fire now; empty without monitoring.
 *
 * @throws UserError where Prometheus cannot be asked: whether one fires is not known then
 */
export async function firingAlerts(lab: AskedLab): Promise<readonly string[]> {
  const { config } = lab;
  if (!config.monitoring) return [];
  const { app, namespace } = config;
  const query = `ALERTS{alertstate="firing",app="${app}",namespace="${namespace}"}`;
  const answer = await askPrometheus<Answer>(lab, query).catch((error: unknown) => error as Error);
  const result = answer instanceof Error ? undefined : answer?.data?.result;
  if (!result) {
    const monitoring = monitoringOf(lab);
    const why = answer instanceof Error ? answer.message : "it does not answer";
    throw new UserError(`Prometheus cannot be asked whether an alert of the canary fires: ${why}`, {
      place: `service ${monitoring.namespace}/${monitoring.service}`,
      next: `kubectl -n ${monitoring.namespace} get pods`,
    });
  }
  const ofCanary = result.map(({ metric }) => metric).filter((labels) => isOfCanary(labels, config));
  return [...new Set(ofCanary.map(({ alertname = "?" }) => alertname))];
}

/** By the version that the application gives itself, or by where the callers' proxies send: a subset or a Service. */
export function isOfCanary({ version, cluster_name }: Labels, { app, canaryImage, strategy }: LabConfig): boolean {
  if (cluster_name === undefined) return version === versionOf(canaryImage);
  const [, , subset, host = ""] = cluster_name.split("|");
  const [service] = host.split(".");
  if (service === sideServiceName(app, versions.canary)) return true;
  if (service !== app) return false;
  // Where pods share the traffic, one Service is for both versions.
  return subset === versions.canary || (subset === "" && factsOf(strategy).canaryPods === "shared");
}
