import type { ApplicationName } from "../../canary/application-name.ts";
import { type PodMonitor, renderPodMonitor } from "../monitoring/render-monitors.ts";

/**
 * The application's own metrics, from its pods, with and without sidecars: the container's port is called `http` either way. Their
 * label `version` is the one that the application gives them. `job` is the application's name, as `applicationSource` asks for it.
 */
export const renderApplicationMonitor = ({ app, namespace }: ApplicationName): PodMonitor =>
  renderPodMonitor({ name: app, namespace }, { port: "http" }, { jobLabel: "app", selector: { matchLabels: { app } } });
