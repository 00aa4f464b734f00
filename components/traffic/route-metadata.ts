import type { ApplicationName } from "../../canary/application-name.ts";
/** The manager under which every writer of a route applies it whole: a field has one owner, whichever of them wrote last. */
export const fieldManager = "canary-lab";

export interface RouteMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly app: string; readonly "app.kubernetes.io/managed-by": string };
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * `managed-by` is what the Kubernetes provider adds; it stands here so that every writer sends the very same object. Writes are forced:
 * a stack that comes back from a rollout takes weights and subsets over from the rollout controller.
 */
export const routeMetadata = (spec: ApplicationName, name: string): RouteMetadata => ({
  name,
  namespace: spec.namespace,
  labels: { app: spec.app, "app.kubernetes.io/managed-by": "pulumi" },
  annotations: { "pulumi.com/patchFieldManager": fieldManager, "pulumi.com/patchForce": "true" },
});
