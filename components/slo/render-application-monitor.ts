import type { ApplicationName } from "../../canary/application-name.ts";
import { type PodMonitor, renderPodMonitor } from "../monitoring/render-monitors.ts";

/**
 * The application's own metrics, from its pods, with and without sidecars: the container's port is called `http` either way. Their
 * label `version` is the one that the application gives them, and `role` says where the pod stands in a release: together they tell which
 * version is the stable one, and which the canary. `job` is the application's name, as `applicationSource` asks for it.
 */
export const renderApplicationMonitor = ({ app, namespace }: ApplicationName): PodMonitor =>
  renderPodMonitor(
    { name: app, namespace },
    {
      port: "http",
      relabelings: [{ sourceLabels: ["__meta_kubernetes_pod_label_role"], targetLabel: "role" }],
    },
    { jobLabel: "app", selector: { matchLabels: { app } } },
  );
