import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, namespace } from "../e2e/support/lab.ts";
import { labProcesses } from "../e2e/support/processes.ts";
import type { Fault } from "./fault.ts";
import { firstPod, processesOf } from "./pods.ts";

/** kill -9 of all processes of the lab that run a program. @throws Error where there is none */
function killProgram(program: string): void {
  const pids = labProcesses(program);
  if (pids.length === 0) throw new Error(`No process of the lab runs ${program}.`);
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

/** What the lab cannot do without for the next `up`, and the traffic can. */
const unseen = ["kube-controller-manager", "kube-scheduler", "containerd", "kube-proxy", "docker-registry"].map(
  (program): Fault => ({
    name: `kill -9 of ${program}`,
    inject: async () => killProgram(program),
    rollsBackWithin: 2,
  }),
);

/** Commands run in pods by it, and the proxies are asked by such. */
const kubelet: Fault = {
  name: "kill -9 of kubelet",
  inject: async () => killProgram("kubelet"),
  rollsBackWithin: 2,
  silencesProxies: true,
};

/** What the API server consists of: nothing is moved while it is away, and what is served goes on. */
const apiServer = ["kube-apiserver", "etcd"].map(
  (program): Fault => ({
    name: `kill -9 of ${program}`,
    inject: async () => killProgram(program),
    told: /does not answer/,
  }),
);

const deletePods = (where: string, labels: string) =>
  kubectl("delete", "pod", "-n", where, "-l", labels, "--grace-period=1", "--wait=false");

async function killInPod(version: string, command: RegExp): Promise<void> {
  const pod = await firstPod(`app=versioned-echo,version=${version}`);
  const pids = processesOf(pod, command);
  if (pids.length === 0) throw new Error(`Pod ${pod} has no process ${command}.`);
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

export const ofTheCluster: readonly Fault[] = [
  ...unseen,
  kubelet,
  ...apiServer,
  {
    name: "API server silent for 10 s",
    inject: async () => {
      const pids = labProcesses("kube-apiserver");
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      await sleep(10_000); // the fault itself
      for (const pid of pids) process.kill(pid, "SIGCONT");
    },
  },
  { name: "istiod's pod deleted", inject: async () => void (await deletePods("istio-system", "app=istiod")) },
  {
    name: "the gateway's pod deleted",
    inject: async () => void (await deletePods("istio-ingress", "app=istio-ingress")),
    rollsBackWithin: 2,
  },
  {
    name: "DNS' pod deleted",
    inject: async () => void (await deletePods("kube-system", "k8s-app=kube-dns")),
    rollsBackWithin: 2,
  },
  {
    name: "a stable pod deleted",
    inject: async () => {
      const pod = await firstPod("app=versioned-echo,version=v1");
      await kubectl("delete", "pod", pod, "-n", namespace, "--wait=false");
    },
  },
  { name: "kill -9 of a stable pod's Envoy", inject: () => killInPod("v1", /envoy -c/), loses: "pod" },
  { name: "kill -9 of the canary's process", inject: () => killInPod("v2", /node \/app\/server/), loses: "pod" },
];
