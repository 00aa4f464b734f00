import { expect, test } from "@jest/globals";
import { parseFaults } from "../../../../apps/versioned-echo/src/faults.ts";
import type { Release } from "../../../../canaryctl/src/strategies/strategy.ts";
import { faultsOf, setFaults } from "../../../../canaryctl/src/ui/faults.ts";
import { fakeLab } from "../fake-lab.ts";

const pod = (name: string, version: string, replicaSet: string, isGoing = false) => ({
  metadata: {
    name,
    labels: { version },
    ownerReferences: [{ name: replicaSet }],
    ...(isGoing && { deletionTimestamp: "2026-01-31T12:00:00Z" }),
  },
});

function lab(answer = "set") {
  const asked: string[] = [];
  const items = [pod("a", "v1", "one"), pod("b", "v2", "two"), pod("c", "v2", "two"), pod("d", "v2", "two", true)];
  const fake = fakeLab({ objects: { "/api/v1/namespaces/canary-lab/pods": { items } } });
  const exec = async (_namespace: string, name: string) => async (container: string, command: readonly string[]) => {
    asked.push(`${name} ${container} ${/body: ("(?:[^"\\]|\\.)*")/.exec(command.at(-1) ?? "")?.[1]}`);
    return `${answer}\n`;
  };
  return { lab: { ...fake.lab, exec }, asked };
}

const strategy = (canaryPods?: readonly string[]) => ({
  read: async () => ({ ...(canaryPods && { canaryPods }) }) as Release,
});

test("each switch is one that the service takes", () => {
  for (const faults of Object.values(faultsOf)) expect(parseFaults(faults)).toHaveProperty("faults");
});

test("the pods of one side get them, but those that go", async () => {
  const { lab: given, asked } = lab();
  expect(await setFaults(given, strategy(), "canary", "errors")).toBe(
    "2 of 2 canary pods: 30 % of the answers are errors.",
  );
  expect(asked).toEqual(["b", "c"].map((name) => `${name} echo "{\\"errorRate\\":0.3}"`));
});

test("of one workload the canary's pods are those of its ReplicaSets", async () => {
  const { lab: given, asked } = lab();
  await setFaults(given, strategy(["one"]), "canary", "none");
  expect(asked).toEqual(['a echo "{}"']);
});

test("a side without a pod, and a pod that does not take it, are told", async () => {
  await expect(setFaults(lab().lab, strategy(["nobody"]), "canary", "errors")).rejects.toThrow(
    "There is no pod of the canary side.",
  );
  await expect(setFaults(lab("bad faults").lab, strategy(), "stable", "errors")).rejects.toThrow(
    "Pod a does not take the fault: bad faults",
  );
});
