import { type FakeOptions, fakeLab } from "../../fake-lab.ts";

export const template = (version: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { labels: { app: "versioned-echo", version, ...labels } },
  spec: { containers: [{ name: "echo", image: `versioned-echo:${version}` }] },
});

export const replicaSet = (version: string, revision: number, ready: number) => ({
  metadata: {
    name: `versioned-echo-${version}`,
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
    ownerReferences: [{ kind: "Deployment", name: "versioned-echo", controller: true }],
  },
  spec: { replicas: ready, template: template(version, { "pod-template-hash": "abc" }) },
  status: { readyReplicas: ready },
});

/** A Deployment of two pods of which `updated` run the newest revision, v2. */
export function fakeDeployment(
  updated: number,
  options: FakeOptions & { readonly late?: boolean; readonly observed?: number } = {},
) {
  const items = [replicaSet("v1", 1, 2 - updated), replicaSet("v2", 2, updated)];
  const deployment = {
    metadata: { generation: 2 },
    spec: { replicas: 2, template: template("v2") },
    status: {
      observedGeneration: options.observed ?? 2,
      replicas: updated === 2 ? 2 : 3,
      updatedReplicas: updated,
      availableReplicas: 2,
      conditions: options.late
        ? [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "Too late." }]
        : [],
    },
  };
  const objects: Record<string, unknown> = {
    "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo": deployment,
    "/apis/apps/v1/namespaces/canary-lab/replicasets": { items },
  };
  const changes = { strategy: "rolling-update", canaryEnabled: true, ...options.changes };
  const onPatch = (_path: string, change: object) => {
    deployment.spec.template = (change as { spec: { template: ReturnType<typeof template> } }).spec.template;
  };
  const fake = fakeLab({ configWeight: 0, ...options, changes, objects, onPatch });
  const goBack = (left = 0) => {
    Object.assign(deployment.status, { replicas: 2, updatedReplicas: 2, conditions: [] });
    objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = {
      items: [replicaSet("v1", 3, 2), replicaSet("v2", 2, left)],
    };
  };
  return { ...fake, deployment, goBack, objects };
}
