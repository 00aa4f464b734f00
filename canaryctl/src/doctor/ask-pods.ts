import { clientName, gatewayHost } from "../../../components/names.ts";
import { routesPath, sidecarSplit } from "../../../stacks/live/proxies/sidecar-route.ts";
import { type Lab, platformOf } from "../lab.ts";
import { sendLoad } from "../traffic/measure.ts";
import type { ClusterFacts, ForbiddenFacts, PodFacts, ProxyFacts } from "./facts.ts";
import { isGateway, isIngressPod } from "./objects.ts";
import type { Reader } from "./reader.ts";

/** The most proxies that are asked; a stack has a handful. */
const mostProxies = 12;

/** How long a pod may take to answer, in milliseconds: one that is cut off from the control plane answers at once, too. */
const timeout = 8_000;

/** Requests that are sent to see whether there are answers; with 1 % of errors a third of the runs would see one. */
const probeRequests = 40;

/** What is known only inside of pods: the routes of each proxy that calls the application, and whether requests are answered. */
export async function askPods(
  lab: Lab,
  reader: Reader,
  pods: readonly PodFacts[],
): Promise<Pick<ClusterFacts, "proxies" | "answers" | "forbidden">> {
  const client = callersOf(lab, pods).find(({ labels }) => labels.app === clientName(lab.config.app));
  const [proxies, answers, forbidden] = await Promise.all([
    askProxies(lab, reader, pods),
    client &&
      ask(reader, client, "answers to", async () =>
        answerFacts(await sendLoad(await lab.exec(...placeOf(client)), lab.config, probeRequests)),
      ),
    client && askForbidden(lab, reader, client, pods),
  ]);
  return { proxies, answers, forbidden };
}

/**
 * Asks a pod of the application at its sidecar's health port, which no policy of the isolation opens, for two seconds. It is asked from the
 * client's sidecar container, whose own connections no sidecar takes over: only the network can be in the way.
 */
async function askForbidden(
  { exec, config }: Lab,
  reader: Reader,
  client: PodFacts,
  pods: readonly PodFacts[],
): Promise<ForbiddenFacts | undefined> {
  const { app, namespace, isolation } = config;
  const target = pods.find((pod) => pod.namespace === namespace && pod.labels.app === app && isAnswering(pod));
  if (isolation.mode === "off" || !isolation.networkPolicies || !target?.ip) return undefined;
  const url = `http://${target.ip.includes(":") ? `[${target.ip}]` : target.ip}:15021/healthz/ready`;
  const limits = ["--timeoutSeconds", "2", "--requestTimeoutMillis", "1500", "--periodMillis", "250"];
  return ask(reader, client, "whether network policies are enforced by", async () => {
    const run = await exec(...placeOf(client));
    const isAnswered = await run("istio-proxy", ["pilot-agent", "wait", "--url", url, ...limits]).then(
      () => true,
      (error: Error) => {
        if (/timeout waiting/.test(error.message)) return false;
        throw error;
      },
    );
    return { from: client.name, to: target.name, url, isAnswered };
  });
}

const isAnswering = ({ isReady, isGoing, hasSidecar }: PodFacts): boolean => isReady && !isGoing && hasSidecar;

/** The routes of each proxy that calls the application. */
export async function askProxies(lab: Lab, reader: Reader, pods: readonly PodFacts[]): Promise<readonly ProxyFacts[]> {
  const asked = callersOf(lab, pods).map((pod) => ask(reader, pod, "the routes of", () => proxyFacts(lab, pod)));
  return (await Promise.all(asked)).filter((proxy) => proxy !== undefined);
}

const callersOf = (lab: Lab, pods: readonly PodFacts[]): readonly PodFacts[] =>
  pods.filter((pod) => pod.isReady && isCaller(pod, lab)).slice(0, mostProxies);

const placeOf = ({ namespace, name }: PodFacts) => [namespace, name, timeout] as const;

async function ask<T>(reader: Reader, pod: PodFacts, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    reader.unread.push({ what: `${what} pod ${pod.namespace}/${pod.name}`, why: (error as Error).message });
    return undefined;
  }
}

/** Whoever sends requests to the application through a proxy: pods beside it, which may be its own gateway, and the ingress gateway. */
const isCaller = (pod: PodFacts, lab: Lab): boolean =>
  (pod.namespace === lab.config.namespace && (pod.hasSidecar || isGateway(pod.labels))) || isIngress(pod, lab);

const isIngress = (pod: PodFacts, lab: Lab): boolean => isIngressPod(pod, platformOf(lab).ingress);

async function proxyFacts(lab: Lab, pod: PodFacts): Promise<ProxyFacts> {
  const { config } = lab;
  const { name, namespace, labels } = pod;
  const isEntry = isIngress(pod, lab) || isGateway(labels);
  const host = isEntry ? gatewayHost(config.app, config.namespace) : undefined;
  const ask = await lab.proxy(...placeOf(pod));
  const split = sidecarSplit(await ask(routesPath), config, host);
  return { pod: name, namespace, isGateway: isGateway(labels), split };
}

const answerFacts = ({ sent, failed, statuses, errors }: Awaited<ReturnType<typeof sendLoad>>) => ({
  sent,
  failed,
  reasons: Object.entries({ ...statuses, ...errors })
    .filter(([reason]) => !/^[1-4]\d\d$/.test(reason))
    .map(([reason, count]) => `${reason}: ${count} of ${sent}`),
});
