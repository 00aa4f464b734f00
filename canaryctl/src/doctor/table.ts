import { admission } from "./checks/admission.ts";
import { drift } from "./checks/drift.ts";
import { engineState } from "./checks/engine.ts";
import { isolation } from "./checks/isolation.ts";
import { istioctl } from "./checks/istioctl.ts";
import { kubelets } from "./checks/kubelets.ts";
import { mtls } from "./checks/mtls.ts";
import { namespace } from "./checks/namespace.ts";
import { network } from "./checks/network.ts";
import { pendingConfig } from "./checks/pending.ts";
import { platform, release } from "./checks/platform.ts";
import { pods } from "./checks/pods.ts";
import { reach } from "./checks/reach.ts";
import { replicas } from "./checks/replicas.ts";
import { rivals } from "./checks/rivals.ts";
import { answers, proxies, route } from "./checks/route.ts";
import { sidecars } from "./checks/sidecars.ts";
import { subsets } from "./checks/subsets.ts";
import { versions } from "./checks/versions.ts";
import type { ClusterFacts, Facts } from "./facts.ts";
import { type Finding, inOrder } from "./finding.ts";

/** Checks that need nothing of the cluster. */
const always: Readonly<Record<string, (facts: Facts) => readonly Finding[]>> = {
  reach,
  "state and locks": engineState,
  versions,
  "pending config": pendingConfig,
};

/** Checks of what is in the cluster: causes in front of what follows from them. */
const ofCluster: Readonly<Record<string, (cluster: ClusterFacts, facts: Facts) => readonly Finding[]>> = {
  namespace,
  platform,
  admission,
  kubelets,
  pods,
  sidecars,
  "Service and subsets": subsets,
  route,
  "second owners of the host": rivals,
  "routes of the proxies": proxies,
  replicas,
  release,
  "network policies": network,
  "mutual TLS": mtls,
  isolation,
  answers,
};

export const checkNames: readonly string[] = [
  ...Object.keys(always),
  ...Object.keys(ofCluster),
  "drift",
  "istioctl analyze",
];

/** What the check of the route calls the drift of one. */
const asRoute = (drift: string): string => drift.replace(/^drift\/([^/]+)\/[^/]+\//, "route-drift/$1/");

/** What is wrong, the worst first. */
export function diagnose(facts: Facts): readonly Finding[] {
  const { cluster } = facts;
  const found = [
    ...Object.values(always).flatMap((check) => check(facts)),
    ...(cluster ? Object.values(ofCluster).flatMap((check) => check(cluster, facts)) : []),
  ];
  // An object that is missing is told in the words of the check that needs it, else in those of the state.
  const ids = new Set(found.map(({ id }) => id));
  const own = [...found, ...drift(facts).filter(({ id }) => !ids.has(id) && !ids.has(asRoute(id)))];
  return inOrder([...own, ...istioctl(facts, own)]);
}
