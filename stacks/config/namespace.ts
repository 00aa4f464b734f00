import { argoCdNamespace } from "../../components/argo/render-argo-cd.ts";
import { rolloutsNamespace } from "../../components/argo/render-argo-rollouts.ts";
import { ingressNamespace, systemNamespace } from "../../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../../components/monitoring/render-kube-prometheus-stack.ts";
import { matching } from "./values.ts";

const ofThePlatform: readonly string[] = [
  systemNamespace,
  ingressNamespace,
  monitoringNamespace,
  rolloutsNamespace,
  argoCdNamespace,
];

const isOfOthers = (name: string): boolean =>
  name === "default" || name.startsWith("kube-") || ofThePlatform.includes(name);

/** A namespace that the stack makes, labels and removes: none that Kubernetes has of its own (`kube-` is its prefix), or the platform. */
export const namespace = matching(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "1 to 63 lower-case letters, digits and hyphens, no hyphen at an end",
).refine((name) => !isOfOthers(name), {
  error: ({ input }) =>
    `is "${input}", and up would change it and down remove it with all that is in it; allowed: one for the application alone, which up makes, such as canary-lab`,
});
