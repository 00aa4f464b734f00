import { expect } from "@jest/globals";
import { rolloutsControllerSelector } from "../../../components/names.ts";
import type { Outcome } from "./command.ts";
import { kubectl, namespace } from "./lab.ts";
import { refusalFault } from "./refusal.ts";
import { note } from "./rollout.ts";
import { until } from "./until.ts";

/** While `work` runs, a quota allows the pods that are there and no more. */
export async function withFullQuota(work: () => Promise<void>): Promise<void> {
  const leaving = "{.items[*].metadata.deletionTimestamp}";
  await until("no pod is on its way out", async () => {
    return (await kubectl("get", "pods", "-n", namespace, "-o", `jsonpath=${leaving}`)) === "";
  });
  const pods = (await kubectl("get", "pods", "-n", namespace, "-o", "name")).split("\n").length;
  await kubectl("create", "quota", "full", "-n", namespace, `--hard=pods=${pods}`);
  try {
    const used = ["get", "quota", "full", "-n", namespace, "-o", "jsonpath={.status.used.pods}"];
    await until("the quota is counted", async () => (await kubectl(...used)) !== "");
    await work();
  } finally {
    await kubectl("delete", "quota", "full", "-n", namespace);
  }
}

/** While `work` runs, no pod finds a node. @returns what `work` gives */
export async function withoutNode<T>(work: () => Promise<T>): Promise<T> {
  const node = await kubectl("get", "nodes", "-o", "name");
  await kubectl("cordon", node);
  try {
    return await work();
  } finally {
    await kubectl("uncordon", node);
  }
}

/** How long a command may take, in seconds, to tell that pods cannot start. */
const toldWithin = 20;

/** A command has ended because pods cannot start, soon, and with the cluster's own words. */
export function expectCannotStart(outcome: Outcome, words: RegExp, within = toldWithin): void {
  note(`told after ${outcome.seconds.toFixed(1)} s: ${words}`);
  expect(refusalFault(outcome, /cannot start: /, words)).toBeUndefined();
  expect(outcome.seconds).toBeLessThan(within);
}

/** While `work` runs, no pod of the Rollouts controller does. */
export async function withoutRolloutsController(work: () => Promise<void>): Promise<void> {
  const controller = ["deployment", "-A", "-l", rolloutsControllerSelector, "-o"];
  const [namespace = "", name = ""] = (
    await kubectl("get", ...controller, "jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name}")
  ).split(" ");
  const scale = (replicas: number) => kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${replicas}`);
  await scale(0);
  try {
    const pods = ["get", "pods", "-n", namespace, "-l", rolloutsControllerSelector, "-o", "name"];
    await until("its pods are gone", async () => (await kubectl(...pods)) === "");
    await work();
  } finally {
    await scale(1);
    await kubectl("rollout", "status", "deployment", name, "-n", namespace, "--timeout=120s");
  }
}
