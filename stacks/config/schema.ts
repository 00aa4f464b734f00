import * as z from "zod";
import { strategiesWhere, strategyNames } from "../../canary/strategies.ts";
import { isolation } from "./isolation.ts";
import { namespace } from "./namespace.ts";
import {
  autoscaling,
  blueGreen,
  judge,
  migration,
  mostReplicas,
  objective,
  prices,
  rollingUpdate,
  rolloutCanary,
} from "./objects.ts";
import { plan } from "./plan.ts";
import { platformKeys } from "./platform-keys.ts";
import { platform } from "./platform-rule.ts";
import { policy } from "./policy.ts";
import { service } from "./service.ts";
import { appPattern, appRule, services } from "./services.ts";
import { anything, boolean, image, integer, matching, oneOf, registry, secretName, weight } from "./values.ts";

// The one place of a stack's settings: what each key allows, its default, and the words for both. An optional key is none where its
// value is empty. `npm run generate` writes what follows from this: the keys of Pulumi.yaml, and the JSON Schema for editors.
export const schema = z.object({
  canaryWeight: weight
    .prefault(10)
    .describe(
      "Share of the traffic that the canary gets, in percent, an integer from 0 to 100; without meaning where strategy leaves the traffic to a controller or to a header",
    ),
  strategy: oneOf(strategyNames)
    .prefault("istio")
    .describe(
      "The way to release: istio, gateway-api, nginx-header, rollout-canary, rollout-blue-green, replica-ratio or rolling-update",
    ),
  plan: plan
    .prefault("10-30-60")
    .describe(
      "The ladder of weights: 90-70-50-0, 10-30-60, 20-pause-30-60s or 25, or an object such as {weights: [10, 30, 60], bake: 30s}, {steps: [{weight: 20, pause: true}, {weight: 30, bake: 60s}]}, {linear: {step: 20}, bake: 5m} or {exponential: {start: 5, factor: 2}, bake: manual}. Weights rise, and 100 is added at the end; a bake is 60s where none is given",
    ),
  objective: objective
    .prefault({})
    .describe(
      "What a version must keep, an object: errorRate (between 0 and 1, 0.01), p95Milliseconds (250), window (1m), minimumRequests (100, in a window; with fewer nothing is concluded)",
    ),
  judge: judge
    .prefault({})
    .describe(
      "By what the judge decides, wherever it is asked, an object: alpha (chance that a healthy canary is failed in its whole release, between 0 and 0.5; 0.01, shared among those that may fail it), beta (chance that a bad one passes a test, 0.05), mayFail (errors and latency, of those, `error objective` and `latency objective`), errors and latency, each with tolerance (odds of a bad request up to which nothing fails, 1.1), worse (odds that a pass excludes, 2) and floorPoints (percentage points below which a difference does not matter, 0.1 and 1), latency also with floorMilliseconds (20) and warmUpSeconds (of the canary's first latency, 10)",
    ),
  gate: oneOf(["judge", "none"])
    .prefault("judge")
    .describe(
      `Who is asked before a canary that has a share gets more, with the strategies ${strategiesWhere(({ counted }) => counted !== "not").join(", ")}: judge (by what Prometheus has counted of it: refused where it is worse, held without traffic enough; it needs monitoring, and without it nobody is asked) or none`,
    ),
  judgeOverride: matching(/^\S[^\n]{0,199}$/, "a reason of 1 to 200 characters in one line")
    .optional()
    .describe(
      "Why the canary may get more without the judge, for as long as this stands; empty for no such reason. It is told at each update, and the history keeps it",
    ),
  analysis: oneOf(["off", "step", "background", "both"])
    .prefault("off")
    .describe(
      "When strategy rollout-canary looks at the canary: off, step (after each weight, and nothing goes on without requests enough), background (from the first weight on, and only what is seen to be bad is stopped) or both; needs monitoring",
    ),
  analysisBy: oneOf(["judge", "objective"])
    .prefault("judge")
    .describe(
      "Who says in the analysis whether the canary is good: judge (a service beside the application, which compares the canary with the stable side of the same seconds) or objective (a plain rule: what the canary keeps in each window). The colours of strategy rollout-blue-green follow the objective",
    ),
  rolloutCanary: rolloutCanary
    .prefault({})
    .describe(
      "Of strategy rollout-canary, an object: headerRoute (a request with X-Canary v2 reaches the canary until it is promoted in full, true), mirrorPercent (0 to 100, 0), experiment (a baseline beside the canary at its first weight, false), abortScaleDownDelaySeconds (30)",
    ),
  blueGreen: blueGreen
    .prefault({})
    .describe(
      "Of strategy rollout-blue-green, an object: autoPromotionEnabled (false), autoPromotionSeconds, previewReplicaCount, prePromotionAnalysis and postPromotionAnalysis (false; need monitoring), scaleDownDelaySeconds (30), scaleDownDelayRevisionLimit, abortScaleDownDelaySeconds (30)",
    ),
  rollingUpdate: rollingUpdate
    .prefault({})
    .describe(
      "Of strategy rolling-update, an object: maxSurge (pods, or percent such as 25%; 1), maxUnavailable (0), revisionHistoryLimit (10), minReadySeconds (0)",
    ),
  migration: migration
    .optional()
    .describe(
      "From a live Deployment (strategy rolling-update) to strategy rollout-canary by workloadRef, an object: scaleDown (never, onsuccess or progressively); empty for none",
    ),
  autoscaling: autoscaling
    .optional()
    .describe(
      "Leaves the number of pods to a HorizontalPodAutoscaler for each workload, an object: minReplicas (2), maxReplicas, targetCpuUtilization (percent of the CPU that a pod asks for; 70); empty for none, then `replicas` holds. It needs metrics-server",
    ),
  // A token (RFC 6265, RFC 9110), for Envoy and browsers drop a cookie with another name; without %, by which Envoy's formats begin:
  // it would refuse the route table, and every later one.
  stickyCookie: matching(/^[\w!#$&'*+.^`|~-]{1,64}$/, "a cookie's name of 1 to 64 letters, digits and -_.!#$&'*+^`|~")
    .optional()
    .describe(
      "Name of a cookie that keeps a user on one version while the weight moves, with strategy istio; empty for none. The weight is then the share of the users without it: a lower one above 0 moves nobody back, 0 everybody",
    ),
  namespace: namespace.prefault("canary-lab").describe("Namespace of the application"),
  app: matching(appPattern, appRule)
    .prefault("versioned-echo")
    .describe("Name of the application, of its Service and of its host in the mesh"),
  services: services
    .prefault({})
    .describe(
      "Further applications of the stack, an object: the name of each, as app, with what it has otherwise than the stack. Its namespace is NAMESPACE-NAME where it says none, NAMESPACE that of the stack. What commands write (canaryWeight, images and the like) it does not have of the stack; without its own it begins with the defaults",
    ),
  stableImage: image
    .prefault("versioned-echo:v1")
    .describe(
      "Image of the stable side (v1); versioned-echo:TAG is built from apps/versioned-echo. Anything else is used as it is, and nothing is built for it: `service` says how it runs",
    ),
  canaryImage: image.prefault("versioned-echo:v2").describe("Image of the canary side (v2); as stableImage"),
  service: service
    .optional()
    .describe(
      "What both sides run as, a service of HTTP/1.1 and no gRPC, an object: port (8080), healthPath, probes (startup, readiness, liveness, each with path, periodSeconds, timeoutSeconds, failureThreshold), command, args, environment (names with a text, or with {secret, key} of a Secret in the namespace), resources (requests and limits of cpu and memory), user (65532), readOnlyRootFilesystem (true), request (path / and method GET, by which the split is measured), metrics (port, path, requests and duration by their names, unit, statusLabel, routeLabel; left out: none, but for images of versioned-echo); empty for versioned-echo, whose values are the defaults",
    ),
  previousImage: image
    .optional()
    .describe(
      "The stable image before the last release, which canaryctl rollback brings back; canaryctl writes it, and takes it out when the next release begins",
    ),
  clientImage: image
    .prefault("load-client:v1")
    .describe(
      "Image of the pod that traffic is measured from; load-client:TAG is built from apps/load-client. Anything else is used as it is and must hold /app/load.mjs with its options",
    ),
  judgeImage: image
    .prefault("judge:v1")
    .describe(
      "Image of the service that judges the canary where analysis asks it; judge:TAG is built from apps/judge. Anything else is used as it is and must answer as docs/judge-service.md has it",
    ),
  canaryEnabled: boolean
    .prefault(true)
    .describe("Whether the canary runs, true or false; where it does not, a canaryWeight that has a meaning must be 0"),
  replicas: integer(1, mostReplicas).prefault(2).describe("Pods of the stable side, 1 to 50"),
  canaryReplicas: integer(1, mostReplicas).prefault(2).describe("Pods of the canary side, 1 to 50"),
  allowOverload: boolean
    .prefault(false)
    .describe(
      "Whether a side may get a share of the traffic that it has too few ready pods for: a share needs that share of replicas, rounded up",
    ),
  platform: platform
    .prefault("own")
    .describe(
      "Who installs mesh, monitoring and controllers: own (this stack), the name of the stack that installed them in the same cluster, or existing (none of this project; they are found, and nothing of them is changed)",
    ),
  ...platformKeys,
  accounts: boolean
    .prefault(false)
    .describe(
      "Whether the application has accounts with only the rights of a role, true or false: APP-mover for whoever moves its traffic, APP-viewer for whoever looks at it; canaryctl kubeconfig writes a kubeconfig for one",
    ),
  prices: prices
    .prefault({})
    .describe(
      "By what canaryctl cost and previews reckon, an object: cpuHour (price of a CPU that pods ask for, for an hour; 0.0445) and gibHour (of a GiB of memory; 0.0049225), by default the list prices of GKE Autopilot in us-central1, and currency (USD)",
    ),
  policy: policy
    .prefault({})
    .describe(
      "What the application's objects may be, by admission policies of the cluster (Kubernetes 1.30 or later) and in previews, an object: mode (off, warn or enforce; off), maxWeight (percent of the traffic that the canary may get, 100), approval (weight and reason: raises maxWeight while it stands), maxRise (percentage points at once, 100), strategies (those allowed; all), registries (of images; any), digests (whether images are named by them, false), signedBy (public keys of which one must have signed an image with cosign, for the program to look at, not for admission policies; none), loadBalancers (false), sidecarImages (of the mesh's own containers). In any case images have a tag that is not latest, and containers requests and a limit of memory, probes where they have a port, a user that is not root and read-only files",
    ),
  isolation: isolation
    .prefault({})
    .describe(
      "What keeps the application's namespace apart, an object: mode (off or enforce; off), mutualTls (strict or permissive; strict, but for scraping the metrics), callers (namespaces, and ServiceAccounts as NAMESPACE/NAME, that may call the service beside its own namespace and the ingress gateway), networkPolicies (only what the lab needs gets in and out, true), egress (addresses as CIDR that the service may reach; none), priority (of the service's pods by a PriorityClass, 1 to 1000000000; none), quota (pods, cpu and memory that the namespace may ask for, in place of what a whole release takes)",
    ),
  kubeContext: anything
    .optional()
    .describe("Context of the cluster; empty for CANARY_LAB_KUBE_CONTEXT. Never the current context"),
  kubeconfig: anything
    .optional()
    .describe("Path of the kubeconfig file; empty for CANARY_LAB_KUBECONFIG, then for what kubectl would read"),
  imageRegistry: registry
    .optional()
    .describe(
      "Registry, as host:port/path, that images built here are pushed to; empty for CANARY_LAB_IMAGE_REGISTRY, then for the one that the cluster announces (KEP-1755), then for one that the stack brings into the cluster",
    ),
  registryImage: image
    .prefault(
      "docker.io/library/registry:3.0.0@sha256:6c5666b861f3505b116bb9aa9b25175e71210414bd010d92035ff64018f9457e",
    )
    .describe(
      "Image of the registry that the stack brings into a cluster which names none; it has the program `registry` of CNCF distribution, 2.8 or later",
    ),
  imagePullRegistry: registry
    .optional()
    .describe(
      "The same registry as the nodes name it, where they pull by another address than images are pushed to; empty for one address",
    ),
  imagePullSecret: secretName
    .optional()
    .describe(
      "Name of a Secret of type kubernetes.io/dockerconfigjson in the application's namespace, by which its pods pull; empty for none",
    ),
  imagePlatform: oneOf(["linux/amd64", "linux/arm64"])
    .optional()
    .describe(
      "Platform that images are built for and their pods run on, linux/amd64 or linux/arm64; empty for the one of the cluster's nodes",
    ),
  chartMirror: anything
    .optional()
    .describe(
      "Folder with the charts as NAME-VERSION/; empty for CANARY_LAB_CHART_MIRROR, then for the charts' own repositories",
    ),
});

/** One stack's settings, checked. */
export type LabConfig = Readonly<z.output<typeof schema>>;
