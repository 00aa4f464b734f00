import { ApiError, KubeClient, type PodClient } from "@canary-lab/kit/kube/client";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  configMapPath,
  deploymentsPath,
  namespacePath,
  podsPath,
  replicaSetsPath,
  virtualServicePath,
} from "../../cluster/kube/paths.ts";
import { renderVirtualService } from "../../components/traffic/render-weighted-route.ts";
import { fieldManager } from "../../components/traffic/route-metadata.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { FakeApiServer } from "../unit/canaryctl/sequences/fake-api-server.ts";
import { deploymentController } from "../unit/canaryctl/sequences/fake-deployment-controller.ts";
import { defaults } from "../unit/stacks/sample-config.ts";
import { kubectl, labShell, requireLab } from "./support/lab.ts";
import { until } from "./support/until.ts";

// The sequences of commands at random (test/unit/canaryctl/sequences) are as true as the answers of their API server.

const namespace = "e2e-answers";
const nobodys = "e2e-nobodys";

interface Answered {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly generation?: number;
  };
  readonly status?: { readonly observedGeneration?: number };
  readonly spec?: { readonly replicas?: number };
  readonly data?: object;
  readonly items?: readonly object[];
}

const route = (weight: number, within = namespace) => {
  const config = parseConfig({ ...defaults, namespace: within });
  const rendered = renderVirtualService({ ...config, canaryWeight: 10 as typeof config.canaryWeight });
  return JSON.parse(JSON.stringify(rendered).replaceAll('"weight":10', `"weight":${weight}`)) as object;
};

const routePath = virtualServicePath(namespace, "versioned-echo-virtualservice");
const notes = configMapPath(namespace, "notes");
const noted = (...keys: readonly string[]) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "notes", namespace, labels: Object.fromEntries(keys.map((key) => [key, "ours"])) },
});
const labels = { app: "nothing" };
const deployment = (replicas: number, version = "v1") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "nothing", namespace, annotations: { wanted: version } },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "nothing", image: `registry.example/nothing:${version}` }] },
    },
  },
});

interface ReplicaSet {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly replicas: number; readonly template: { readonly spec: { readonly containers: object[] } } };
}

/** The revisions of the Deployment after its template has become that of `version`, when its controller has seen it. */
async function revisionsAfter(client: PodClient, version: string): Promise<readonly object[]> {
  const applied = await client.apply<Answered>(path, deployment(0, version), fieldManager);
  await until("the controller has seen the Deployment", async () => {
    const { metadata, status } = (await client.get<Answered>(path)) ?? {};
    return (
      Number(metadata?.generation) >= Number(applied.metadata?.generation ?? 0) &&
      status?.observedGeneration === metadata?.generation
    );
  });
  const { items = [] } = (await client.get<{ readonly items: ReplicaSet[] }>(replicaSetsPath(namespace, labels))) ?? {};
  return items
    .map(({ metadata: { annotations }, spec }) => ({
      revision: annotations["deployment.kubernetes.io/revision"],
      wanted: annotations.wanted,
      replicas: spec.replicas,
      image: (spec.template.spec.containers[0] as { readonly image: string }).image,
    }))
    .toSorted((a, b) => Number(a.revision) - Number(b.revision));
}

const path = deploymentsPath(namespace, "nothing");

/** What is asked, one after another; of an object that has more by defaults and controllers, what was asked for. */
const calls: Readonly<Record<string, (client: PodClient) => Promise<unknown>>> = {
  "an object that is not there": (client) => client.get(routePath),
  "a namespace that is not there": (client) => client.get(namespacePath(nobodys)),
  "a list without an object": async (client) =>
    (await client.get<Answered>(podsPath(namespace, { app: "none" })))?.items,
  "a change of an object that is not there": (client) => client.patch(notes, { data: { a: "1" } }),
  "the same of a custom resource": (client) => client.patch(routePath, { metadata: { labels: { a: "1" } } }),
  "the end of an object that is not there": (client) => client.delete(notes),
  "an object of a namespace that is not there": (client) =>
    client.apply(virtualServicePath(nobodys, "versioned-echo-virtualservice"), route(10, nobodys), fieldManager),
  "a new object": (client) => client.apply(routePath, route(10), fieldManager),
  "a weight that is none": (client) => client.apply(routePath, route(-5), fieldManager),
  "the object, which is as it was": (client) => client.get(routePath),
  "a weight that somebody else has moved, taken back": async (client) => {
    await client.patch(routePath, { spec: (route(60) as Answered).spec });
    return client.apply(routePath, route(10), fieldManager);
  },
  "an object that was applied and got more from others": async (client) => {
    await client.apply(notes, noted("one", "two"), "canaryctl");
    return client.patch(notes, { metadata: { labels: { other: "theirs" } }, data: { a: "1", b: "2" } });
  },
  "the same, applied again with less": (client) => client.apply(notes, noted("one"), "canaryctl"),
  "a field that is taken away": (client) => client.patch(notes, { data: { a: null } }),
  "a change of a version that is not the last": async (client) => {
    const { metadata } = (await client.get<Answered>(notes)) ?? {};
    await client.patch(notes, { data: { c: "3" } });
    return client.patch(notes, { metadata: { resourceVersion: metadata?.resourceVersion }, data: { d: "4" } });
  },
  "a number of pods": async (client) =>
    (await client.apply<Answered>(path, deployment(0), fieldManager)).spec?.replicas,
  "a number of pods that is none": (client) => client.apply(path, deployment(-1), fieldManager),
  "the revisions of its templates, of which the first comes back": async (client) => [
    await revisionsAfter(client, "v1"),
    await revisionsAfter(client, "v2"),
    await revisionsAfter(client, "v1"),
  ],
  "a change whose path names its manager": async (client) =>
    (await client.patch<Answered>(`${path}?fieldManager=canaryctl`, { spec: { replicas: 0 } })).spec?.replicas,
  "an object that was deleted": async (client) => {
    await client.delete(routePath);
    return client.get(routePath);
  },
};

/** An answer without what differs from server to server; of a refusal its words as far as the place of the fault. */
async function answerOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    const answer = (await asked) as Answered | number | readonly object[] | undefined;
    if (typeof answer !== "object" || Array.isArray(answer)) return answer;
    const { metadata, spec, data } = answer as Answered;
    return { labels: metadata?.labels, annotations: metadata?.annotations, spec, data };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, reason, message } = error;
    return { status, reason, message: message.split(":")[0] };
  }
}

async function answersOf(client: PodClient): Promise<Readonly<Record<string, unknown>>> {
  const answers: Record<string, unknown> = {};
  for (const [what, ask] of Object.entries(calls)) answers[what] = await answerOf(ask(client));
  return answers;
}

beforeAll(async () => {
  await requireLab();
  await kubectl("create", "namespace", namespace);
}, 60_000);

afterAll(() => kubectl("delete", "namespace", namespace, "--wait=false"));

test("the API server of the sequences at random answers as the real one", async () => {
  const { CANARY_LAB_KUBECONFIG = "", CANARY_LAB_KUBE_CONTEXT = "" } = await labShell();
  const fake = new FakeApiServer(deploymentController);
  fake.objects.set(namespacePath(namespace), {});
  expect(await answersOf(fake)).toEqual(
    await answersOf(new KubeClient(CANARY_LAB_KUBECONFIG, CANARY_LAB_KUBE_CONTEXT)),
  );
}, 60_000);
