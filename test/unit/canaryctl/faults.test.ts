import { expect, test } from "@jest/globals";
import { faultsText, readFaults, setFaults } from "../../../canaryctl/src/faults.ts";
import type { Release } from "../../../canaryctl/src/strategies/strategy.ts";
import { fakeLab } from "./fake-lab.ts";

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

test("the pods of one side get them, but those that go", async () => {
  const { lab: given, asked } = lab();
  expect(await setFaults(given, strategy(), "canary", { errorRate: 0.3 })).toBe(
    "2 of 2 canary pods: 30 % of the answers are errors.",
  );
  expect(asked).toEqual(["b", "c"].map((name) => `${name} echo "{\\"errorRate\\":0.3}"`));
});

test("of one workload the canary's pods are those of its ReplicaSets", async () => {
  const { lab: given, asked } = lab();
  await setFaults(given, strategy(["one"]), "canary", {});
  expect(asked).toEqual(['a echo "{}"']);
});

test("a side without a pod, and a pod that does not take it, are told", async () => {
  await expect(setFaults(lab().lab, strategy(["nobody"]), "canary", { errorRate: 0.3 })).rejects.toThrow(
    "There is no pod of the canary side.",
  );
  await expect(
    setFaults(lab("bad faults").lab, strategy(), "stable", { ready: false, latencyMilliseconds: 400 }),
  ).rejects.toThrow("Pod a does not take the fault: bad faults");
});

test.each([
  ["canary", false, "npx canaryctl create-canary --image versioned-echo:v2"],
  ["canary", true, "npx canaryctl up"],
  ["stable", false, "npx canaryctl up"],
] as const)("the %s side gets pods by the next command, with canaryEnabled %p", async (side, canaryEnabled, next) => {
  const { lab: given } = lab();
  const config = { ...given.config, canaryEnabled };
  const none = { ...given.cluster, get: async () => undefined };
  await expect(setFaults({ ...given, cluster: none, config }, strategy(), side, {})).rejects.toMatchObject({ next });
});

test("a service of somebody else's is refused", async () => {
  const { lab: given } = lab();
  const config = { ...given.config, canaryImage: "ghcr.io/stefanprodan/podinfo:6.9.2" };
  await expect(setFaults({ ...given, config }, strategy(), "canary", {})).rejects.toThrow(
    "Faults are the lab's own service's; the canary side runs ghcr.io/stefanprodan/podinfo:6.9.2.",
  );
});

test("a pod that crashes before it has answered has taken the fault; what else fails is told", async () => {
  const failing = (message: string) => ({ ...lab().lab, exec: async () => () => Promise.reject(new Error(message)) });
  const killed = failing("`node` failed: command terminated with exit code 137");
  expect(await setFaults(killed, strategy(), "canary", { crash: true })).toBe("2 of 2 canary pods: told to crash.");
  await expect(setFaults(killed, strategy(), "canary", { errorRate: 1 })).rejects.toThrow("exit code 137");
  await expect(setFaults(failing("forbidden"), strategy(), "canary", { crash: true })).rejects.toThrow("forbidden");
});

test("what is set is read of each pod of the side, and told with what heals it", async () => {
  const set = { errorRate: 0.3, latencyMilliseconds: 0, ready: true, crash: false };
  const { lab: given, asked } = lab(JSON.stringify(set));
  const pods = await readFaults(given, strategy(), "canary");
  expect(pods).toEqual(["b", "c"].map((pod) => ({ pod, faults: set })));
  expect(asked).toEqual(["b echo undefined", "c echo undefined"]); // without a body
  expect(faultsText("canary", pods)).toBe(
    [
      "canary pod b: 30 % of the answers are errors.",
      "canary pod c: 30 % of the answers are errors.",
      "  next:    npx canaryctl faults canary --none",
    ].join("\n"),
  );
});

test("healthy pods need nothing, and one that does not answer is told", async () => {
  const healthy = { errorRate: 0, latencyMilliseconds: 0, ready: true, crash: false };
  expect(faultsText("stable", [{ pod: "a", faults: healthy }])).toBe("stable pod a: healthy.");
  const restarting = { ...lab().lab, exec: async () => () => Promise.reject(new Error("container not found")) };
  const pods = await readFaults(restarting, strategy(), "stable");
  expect(faultsText("stable", pods)).toBe("stable pod a: does not answer.");
});
