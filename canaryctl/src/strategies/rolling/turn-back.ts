import { deploymentsPath, replicaSetsPath } from "../../../../cluster/kube/paths.ts";
import { versionOf } from "../../../../components/image/image-version.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import type { Lab } from "../../lab.ts";
import { readRevisions } from "../../traffic/replica-sets.ts";
import type { Say } from "../strategy.ts";

interface PodTemplate {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/**
 * Gives the Deployment the pod template of its newest revision of the stable image, as `kubectl rollout undo` does: its controller
 * stops the update at once, and the pods of that revision that are still there stay. The engine, which comes afterwards, finds what it
 * would have written. Of the config only `stableImage` counts: what else is wrong with it may be what the rollback is for.
 *
 * Nothing is done where the template is of that version, or where the revision is not kept any more, so that only the engine can make it.
 */
export async function turnBack({ cluster, config, stackFile }: Lab, say: Say): Promise<void> {
  const { app, namespace } = config;
  const version = versionOf(String(stackFile.values().stableImage));
  const path = deploymentsPath(namespace, app);
  const deployment = await cluster.get<{ readonly spec: { readonly template: PodTemplate } }>(path);
  if (!deployment || deployment.spec.template.metadata.labels?.version === version) return;
  const revisions = await readRevisions(cluster, config);
  const earlier = revisions.find((revision) => revision.ownerKind === "Deployment" && revision.version === version);
  const template = earlier && (await templateOf({ cluster, config }, earlier.name));
  if (!template) return;
  await cluster.patch(`${path}?${new URLSearchParams({ fieldManager })}`, { spec: { template } });
  say(`The Deployment goes back to revision ${earlier.revision} (${version}), pod after pod.`);
}

/** The hash is the controller's own: it tells the pods of one ReplicaSet from those of another. */
async function templateOf({ cluster, config }: Pick<Lab, "cluster" | "config">, name: string) {
  const { app, namespace } = config;
  const sets = await cluster.get<{
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: { template: PodTemplate };
    }[];
  }>(replicaSetsPath(namespace, { app }));
  const template = sets?.items.find(({ metadata }) => metadata.name === name)?.spec.template;
  if (!template) return undefined;
  const { "pod-template-hash": _hash, ...labels } = template.metadata.labels ?? {};
  const { annotations } = template.metadata;
  return { metadata: { labels, ...(annotations && { annotations }) }, spec: template.spec };
}
