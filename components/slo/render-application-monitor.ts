import type { ApplicationName } from "../../canary/application-name.ts";
import { type PodMonitor, proxyEndpoint, renderPodMonitor } from "../monitoring/render-monitors.ts";
import type { ServiceLevelSpec } from "./render-rules.ts";

type MonitorSpec = ApplicationName & Pick<ServiceLevelSpec, "picks">;

const labelled = (labels: Readonly<Record<string, string>> = {}) => (Object.keys(labels).length > 0 ? { labels } : {});

/**
 * The application's own metrics, from its pods, with and without sidecars: the container's port is called `http` either way. Their
 * label `version` is the one that the application gives them, and `role` says where the pod stands in a release: together they tell which
 * version is the stable one, and which the canary. `job` is the application's name, as `applicationSource` asks for it.
 */
export const renderApplicationMonitor = ({ app, namespace, picks }: MonitorSpec): PodMonitor =>
  renderPodMonitor(
    { name: app, namespace, ...labelled(picks?.monitors) },
    {
      port: "http",
      relabelings: [{ sourceLabels: ["__meta_kubernetes_pod_label_role"], targetLabel: "role" }],
    },
    { jobLabel: "app", selector: { matchLabels: { app } } },
  );

/** What the proxies of the namespace count of the requests that they send, for where nobody scrapes the proxies of the whole mesh. */
export const renderCallersMonitor = ({ app, namespace, picks }: MonitorSpec): PodMonitor =>
  renderPodMonitor({ name: `${app}-callers`, namespace, ...labelled(picks?.monitors) }, proxyEndpoint, {
    selector: {},
  });
