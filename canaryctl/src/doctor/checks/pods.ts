import type { ContainerFault } from "../../../../canary/pods/pod-object.ts";
import { containerCause } from "../../../../canary/pods/start-fault.ts";
import { appContainer } from "../../../../components/workload/render-pod.ts";
import { portOf } from "../../../../components/workload/service-spec.ts";
import { type ExpectedWorkload, expectedWorkloads, liveSplit, podsOf } from "../expected.ts";
import type { ClusterFacts, Facts, PodFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { restartOf, workloadOf } from "../workload-of.ts";

/** Workloads that are not there, and pods that do not start or are not ready, in the cluster's own words. */
export function pods(cluster: ClusterFacts, facts: Facts): readonly Finding[] {
  const { config } = facts;
  if (!cluster.namespace || !cluster.workloads || !cluster.pods) return [];
  const split = liveSplit(cluster, config);
  return expectedWorkloads(config).flatMap((expected) => {
    const { kind, name, side } = expected;
    const live = cluster.workloads?.find((one) => one.kind === kind && one.name === name);
    const share = side === undefined ? 100 : (split?.[side] ?? 100);
    if (!live) return [absent(expected, share, config.namespace)];
    const broken = podsOf(cluster, live).filter(({ isReady }) => !isReady);
    return [
      ...new Map(broken.flatMap((pod) => whyNotReady(cluster, facts, pod, name)).map((one) => [one.id, one])).values(),
    ];
  });
}

const absent = ({ kind, name }: ExpectedWorkload, share: number, namespace: string): Finding => ({
  id: `absent/${kind}/${name}`,
  severity: "error",
  what: `There is no ${kind} ${name}${share > 0 ? ", and it should serve traffic" : ""}.`,
  evidence: [`the config asks for it, and namespace ${namespace} does not have it`],
  mend: ["npx canaryctl up"],
  fix: { kind: "up" },
});

function whyNotReady(cluster: ClusterFacts, { config }: Facts, pod: PodFacts, workload: string): readonly Finding[] {
  const { namespace } = config;
  const owner = workloadOf(cluster, pod);
  const [fault] = pod.faults;
  const eventsOf = (reason: string) =>
    (cluster.events ?? [])
      .filter((event) => event.object === `Pod/${pod.name}` && event.reason === reason)
      .map(({ message }) => message);
  if (pod.unschedulable !== undefined) {
    return [
      {
        id: `unschedulable/${workload}`,
        severity: "error",
        what: `Pods of ${workload} find no node.`,
        evidence: [`pod ${pod.name}: ${pod.unschedulable}`],
        mend: [`kubectl -n ${namespace} describe pod ${pod.name}`],
      },
    ];
  }
  if (fault && containerCause(fault) === "image") {
    return [
      imageFinding(
        fault,
        pod,
        workload,
        eventsOf("Failed").find((message) => message.includes("pull")),
        config,
      ),
    ];
  }
  if (fault) {
    return [
      {
        id: `not-starting/${workload}`,
        severity: "error",
        what: `Container ${fault.container} of ${workload} does not run: ${fault.reason}.`,
        evidence: [`pod ${pod.name}, ${fault.restarts} restarts: ${fault.message || "no message"}`],
        mend: [`kubectl -n ${namespace} logs ${pod.name} -c ${fault.container} --previous --tail=50`],
      },
    ];
  }
  return [
    {
      id: `not-ready/${workload}`,
      severity: "warning",
      what: `Pods of ${workload} run and are not ready: they get no traffic.`,
      evidence: [
        `pod ${pod.name}`,
        ...eventsOf("Unhealthy")
          .slice(-1)
          .map((message) => `readiness at port ${portOf(config)}: ${message}`),
      ],
      mend: [
        ...(owner ? [restartOf(namespace, owner)] : []),
        `kubectl -n ${namespace} logs ${pod.name} -c ${appContainer} --tail=50`,
      ],
    },
  ];
}

function imageFinding(
  { image, reason, message }: ContainerFault,
  { name }: PodFacts,
  workload: string,
  pulled: string | undefined,
  { canaryEnabled }: Facts["config"],
): Finding {
  return {
    id: `image/${workload}`,
    severity: "error",
    what: `The cluster cannot get the image of ${workload}: ${reason}.`,
    evidence: [`pod ${name}, image ${image}`, pulled ?? message],
    // An image of the lab's own is built and pushed again; a canary of any other must go.
    mend: canaryEnabled ? ["npx canaryctl rollback && npx canaryctl delete-canary"] : ["npx canaryctl up"],
  };
}
