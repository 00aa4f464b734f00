import { Resolver } from "node:dns/promises";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { type ClusterAddresses, clusterDomain } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { applyObjects } from "./cluster-api.ts";
import { renderCoreDns } from "./coredns.ts";

const readySeconds = 60;

/** Puts CoreDNS into the cluster, and waits until it answers at its Service. Its image has to be there. */
export async function startDns(spec: NodeSpec): Promise<void> {
  await applyObjects(spec.layout, renderCoreDns(spec));
  // Asked, not read from the Deployment: after a kill that says for a while what was true before.
  const answers = () => dnsAnswers(spec.addresses);
  if (await until(answers, { seconds: readySeconds, everyMilliseconds: 100 })) return;
  throw new UserError(`The cluster's DNS did not answer within ${readySeconds} s.`, {
    place: `Service kube-dns (${spec.addresses.clusterDns}) and Deployment coredns in namespace kube-system`,
    next: `kubectl --kubeconfig ${spec.layout.kubeconfig} -n kube-system describe pods -l k8s-app=kube-dns`,
  });
}

/** Whether the name that every pod has in its environment leads to its address. */
async function dnsAnswers(addresses: ClusterAddresses): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([addresses.clusterDns]);
  try {
    const found = await resolver.resolve4(`kubernetes.default.svc.${clusterDomain}`);
    return found.includes(addresses.kubernetesService);
  } catch {
    return false; // nobody there yet, or nobody who knows
  }
}
