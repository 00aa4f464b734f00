import { deploymentsPath } from "../../../../cluster/kube/paths.ts";
import { imageAnnotation } from "../../../../components/image/image-version.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import type { Lab } from "../../lab.ts";
import { asWritten, isOfImage, type PodTemplate, readRevisions } from "../../traffic/replica-sets.ts";
import type { Say } from "../strategy.ts";

/**
 * Gives the Deployment the pod template of its newest revision of the stable image, as `kubectl rollout undo` does: its controller
 * stops the update at once, and the pods of that revision that are still there stay. The engine, which comes afterwards, finds what it
 * would have written. Of the config only `stableImage` counts: what else is wrong with it may be what the rollback is for.
 *
 * @returns whether its template is of that image now; else the revision is not kept any more, or the Deployment gone, so that only the
 * engine can make it
 */
export async function turnBack({ cluster, config, stackFile, applied }: Lab, say: Say): Promise<boolean> {
  const { app, namespace } = config;
  const image = applied ? config.stableImage : String(stackFile.values().stableImage);
  const path = deploymentsPath(namespace, app);
  const deployment = await cluster.get<{
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly template: PodTemplate };
  }>(path);
  if (!deployment) return false;
  const { metadata, spec } = deployment;
  const version = spec.template.metadata.labels?.version ?? "";
  if (isOfImage({ reference: metadata.annotations?.[imageAnnotation], version }, image)) return true;
  const revisions = await readRevisions(cluster, config);
  const earlier = revisions.find((revision) => revision.ownerKind === "Deployment" && isOfImage(revision, image));
  if (!earlier) return false;
  // The controller notes on the revision what the Deployment says of itself.
  const change = {
    metadata: { annotations: { [imageAnnotation]: image } },
    spec: { template: asWritten(earlier.template) },
  };
  await cluster.patch(`${path}?${new URLSearchParams({ fieldManager })}`, change);
  say(`The Deployment goes back to revision ${earlier.revision} (${earlier.version}), pod after pod.`);
  return true;
}
