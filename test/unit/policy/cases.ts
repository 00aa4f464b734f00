import { canonicalJson, planAnnotation, strategyAnnotation } from "../../../components/workload/render-application.ts";
import type { PolicyObject } from "../../../policy/evaluate.ts";

/** A rule with an object that it refuses and one that it lets through. */
export interface PolicyCase {
  readonly rule: string;
  readonly of: string;
  readonly rejects: PolicyObject;
  readonly passes: PolicyObject;
  /** What either of them replaces. */
  readonly before?: PolicyObject;
}

export const application = { app: "versioned-echo", namespace: "canary-lab" } as const;

/** The config's object `policy` that all cases are about: each rule is asked for. */
export const strict = {
  mode: "enforce",
  maxWeight: 60,
  maxRise: 40,
  strategies: ["istio", "gateway-api", "rollout-canary"],
  registries: ["198.18.0.1:5001", "registry.example/team"],
  digests: true,
} as const;

type Fields = Readonly<Record<string, unknown>>;

const digest = `sha256:${"0".repeat(64)}`;
const name = "policy-case";
const metadata = { name, namespace: application.namespace };
const labels = { app: name };

const container: Fields = {
  name: "app",
  image: `registry.example/team/app:v1@${digest}`,
  ports: [{ containerPort: 8080 }],
  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } },
  readinessProbe: { httpGet: { path: "/", port: 8080 } },
  livenessProbe: { httpGet: { path: "/", port: 8080 } },
  securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
};

const podSpec = (changed: Fields = {}, pod: Fields = {}): Fields => ({
  ...pod,
  containers: [{ ...container, ...changed }],
});

export const deployment = (changed: Fields = {}, pod: Fields = {}): PolicyObject & Fields => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(changed, pod) } },
});

/** Without sidecars, which no rule is about. */
const pod = (changed: Fields = {}, spec: Fields = {}): PolicyObject & Fields => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata, labels: { "sidecar.istio.io/inject": "false" } } as PolicyObject["metadata"],
  spec: podSpec(changed, spec),
});

const cronJob = (changed: Fields = {}): PolicyObject & Fields => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata,
  spec: {
    schedule: "0 0 * * *",
    jobTemplate: { spec: { template: { spec: podSpec(changed, { restartPolicy: "Never" }) } } },
  },
});

const rollout = (strategy: Fields, changed: Fields = {}): PolicyObject & Fields => ({
  ...deployment(changed),
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  spec: { ...(deployment(changed).spec as Fields), replicas: 0, strategy },
});

const steps = (...weights: readonly number[]): Fields => ({
  canary: { steps: weights.flatMap((setWeight) => [{ setWeight }, { pause: {} }]) },
});

/** A rule for the canary's header beside that for all requests, as the program writes it. */
export const virtualService = (stable: number, canary: number): PolicyObject & Fields => {
  const to = (subset: string, weight: number) => ({ destination: { host: name, subset }, weight });
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata,
    spec: {
      hosts: [name],
      http: [
        { name: "targeted", match: [{ headers: { "x-canary": { exact: "v2" } } }], route: [to("v2", 100)] },
        { name: "weighted", route: [to("v1", stable), to("v2", canary)] },
      ],
    },
  };
};

const httpRoute = (stable: number, canary: number): PolicyObject & Fields => {
  const to = (version: string, weight: number) => ({ name: `${application.app}-${version}`, port: 80, weight });
  const headers = [{ type: "Exact", name: "x-canary", value: "v2" }];
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata,
    spec: {
      rules: [
        { matches: [{ headers }], backendRefs: [to("v2", 1)] },
        { backendRefs: [to("v1", stable), to("v2", canary)] },
      ],
    },
  };
};

const service = (type: string): PolicyObject & Fields => ({
  apiVersion: "v1",
  kind: "Service",
  metadata,
  spec: { type, selector: labels, ports: [{ port: 80 }] },
});

export const budget = (spec: Fields): PolicyObject & Fields => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata,
  spec: { ...spec, selector: { matchLabels: labels } },
});

/** The application's own namespace, whose notes say what the stack does. */
const namespace = (annotations: Readonly<Record<string, string>>): PolicyObject & Fields => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: application.namespace, annotations } as PolicyObject["metadata"],
});

const withoutDigest = { image: "registry.example/team/app:v1" };
const tooLarge = "198.18.0.1:50011/team/app:v1";
const ofMesh = { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.29.1" };

export const cases: readonly PolicyCase[] = [
  ...["registry.example/team/app", "registry.example/team/app:latest", "198.18.0.1:5001/app"].map((image) => ({
    rule: "image-tag",
    of: image,
    rejects: deployment({ image }),
    passes: deployment(),
  })),
  { rule: "image-digest", of: "a tag", rejects: deployment(withoutDigest), passes: deployment() },
  { rule: "image-digest", of: "a pod", rejects: pod(withoutDigest), passes: pod() },
  { rule: "image-digest", of: "a CronJob", rejects: cronJob(withoutDigest), passes: cronJob() },
  {
    rule: "image-digest",
    of: "a Rollout",
    rejects: rollout(steps(10, 40, 80), withoutDigest),
    passes: rollout(steps(10, 40, 80)),
  },
  {
    rule: "image-digest",
    of: "a container that has the name of the mesh's, and not its image",
    rejects: pod(
      {},
      { initContainers: [{ ...container, ...withoutDigest, name: "istio-proxy", restartPolicy: "Always" }] },
    ),
    passes: pod({}, { initContainers: [ofMesh] }),
  },
  {
    rule: "image-registry",
    of: "a registry whose name begins as an allowed one",
    rejects: deployment({ image: `${tooLarge}@${digest}` }),
    passes: deployment({ image: `198.18.0.1:5001/app@${digest}` }),
  },
  { rule: "resources", of: "none", rejects: deployment({ resources: {} }), passes: deployment() },
  {
    rule: "resources",
    of: "no limit of memory",
    rejects: deployment({ resources: { requests: { cpu: "10m", memory: "16Mi" } } }),
    passes: deployment(),
  },
  {
    rule: "probes",
    of: "a port",
    rejects: deployment({ livenessProbe: undefined }),
    passes: deployment({ livenessProbe: undefined, ports: undefined }),
  },
  {
    rule: "non-root",
    of: "nothing said",
    rejects: deployment({ securityContext: { readOnlyRootFilesystem: true } }),
    passes: deployment(),
  },
  {
    rule: "non-root",
    of: "a pod that says it",
    rejects: deployment(
      { securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: false } },
      { securityContext: { runAsNonRoot: true } },
    ),
    passes: deployment(
      { securityContext: { readOnlyRootFilesystem: true } },
      { securityContext: { runAsNonRoot: true } },
    ),
  },
  {
    rule: "read-only-root",
    of: "nothing said",
    rejects: deployment({ securityContext: { runAsNonRoot: true } }),
    passes: deployment(),
  },
  { rule: "load-balancer", of: "a type", rejects: service("LoadBalancer"), passes: service("NodePort") },
  ...[{ maxUnavailable: 0 }, { maxUnavailable: "100%" }, { minAvailable: "100%" }, { minAvailable: 0 }].map((spec) => ({
    rule: "budget-of-pods",
    of: canonicalJson(spec),
    rejects: budget(spec),
    passes: budget({ maxUnavailable: 1 }),
  })),
  {
    rule: "rollout-strategy",
    of: "blue-green",
    rejects: rollout({ blueGreen: { activeService: name } }),
    passes: rollout(steps(20, 60)),
  },
  { rule: "rollout-steps", of: "the last one", rejects: rollout(steps(20, 50)), passes: rollout(steps(20, 60)) },
  { rule: "rollout-steps", of: "the first one", rejects: rollout(steps(50, 90)), passes: rollout(steps(40, 80)) },
  {
    rule: "strategy",
    of: "the note",
    rejects: namespace({ [strategyAnnotation]: "replica-ratio" }),
    passes: namespace({ [strategyAnnotation]: "istio" }),
  },
  {
    rule: "plan",
    of: "the note",
    rejects: namespace({ [planAnnotation]: "10 60 100" }),
    passes: namespace({ [planAnnotation]: "20 60 100" }),
  },
  ...[virtualService, httpRoute].flatMap((route): readonly PolicyCase[] => {
    const { kind } = route(100, 0);
    return [
      { rule: "weights", of: kind, rejects: route(50, 40), passes: route(60, 40) },
      { rule: "weight-limit", of: kind, rejects: route(39, 61), passes: route(40, 60) },
      { rule: "weight-rise", of: kind, before: route(90, 10), rejects: route(49, 51), passes: route(50, 50) },
    ];
  }),
];
