import type { ApplicationName } from "../../canary/application-name.ts";
import { versionLabel } from "../image/image-version.ts";
import { type PodMonitor, proxyEndpoint, type Relabeling, renderPodMonitor } from "../monitoring/render-monitors.ts";
import type { ServiceLevelSpec } from "./render-rules.ts";

type MonitorSpec = ApplicationName & Pick<ServiceLevelSpec, "metrics" | "picks">;

const labelled = (labels: Readonly<Record<string, string>> = {}) => (Object.keys(labels).length > 0 ? { labels } : {});

/** Where the label `version` is the name of a slot, another one has the version. */
const imageVersion: readonly Relabeling[] = [
  { sourceLabels: ["__meta_kubernetes_pod_label_version"], targetLabel: "version" },
  {
    sourceLabels: [`__meta_kubernetes_pod_label_${versionLabel.replace(/\W/g, "_")}`],
    regex: "(.+)",
    targetLabel: "version",
  },
];

/**
 * The application's own metrics, from its pods, with and without sidecars: the container's port has its name either way. Their label
 * `version` is the one that versioned-echo gives them, or that of the pod's image, and `role` says where the pod stands in a release:
 * together they tell which version is the stable one, and which the canary. `job` is the application's name, as `applicationSource` asks
 * for it.
 */
export const renderApplicationMonitor = ({ app, namespace, metrics, picks }: MonitorSpec): PodMonitor =>
  renderPodMonitor(
    { name: app, namespace, ...labelled(picks?.monitors) },
    {
      port: metrics?.port ?? "http",
      ...(metrics && { path: metrics.path }),
      relabelings: [
        { sourceLabels: ["__meta_kubernetes_pod_label_role"], targetLabel: "role" },
        ...(metrics ? imageVersion : []),
      ],
    },
    { jobLabel: "app", selector: { matchLabels: { app } } },
  );

/** What the proxies of the namespace count of the requests that they send, for where nobody scrapes the proxies of the whole mesh. */
export const renderCallersMonitor = ({ app, namespace, picks }: MonitorSpec): PodMonitor =>
  renderPodMonitor({ name: `${app}-callers`, namespace, ...labelled(picks?.monitors) }, proxyEndpoint, {
    selector: {},
  });
