import { describe, expect, test } from "@jest/globals";
import { factsOf, strategyNames } from "../../../../canary/strategies.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { configuredStrategy, openMove, openRollback, strategyOf } from "../../../../canaryctl/src/strategies/table.ts";
import { fakeLab } from "../fake-lab.ts";

const labWith = (strategy: string, deployed?: string): Lab => {
  const annotations = deployed === undefined ? { "canary-lab/canary": "false" } : { "canary-lab/strategy": deployed };
  const objects = { "/api/v1/namespaces/canary-lab": { metadata: { annotations } } };
  return fakeLab({ objects, configWeight: 0, changes: { strategy } }).lab;
};

test.each(strategyNames)("%s has a row, whose owner is the program's", (name) => {
  expect(configuredStrategy(labWith(name)).owner).toBe(factsOf(name).owner);
});

describe("the strategy of a lab", () => {
  test("is the config's where that one is deployed, or nothing says which", async () => {
    const expected = configuredStrategy(labWith("replica-ratio"));
    expect(await strategyOf(labWith("replica-ratio", "replica-ratio"))).toBe(expected);
    expect(await strategyOf(labWith("replica-ratio"))).toBe(expected);
  });

  test("is nothing in a namespace of another stack: it is refused before anything of it is read", async () => {
    const metadata = {
      annotations: { "canary-lab/strategy": "istio", "canary-lab/stack": "organization/canary-lab/prod" },
    };
    const { lab } = fakeLab({ objects: { "/api/v1/namespaces/canary-lab": { metadata } } });
    for (const open of [() => strategyOf(lab), () => openMove(lab), () => openRollback(lab, () => {})])
      await expect(open()).rejects.toThrow("belongs to stack organization/canary-lab/prod, and this is stack dev");
  });

  test("that is in the config and not yet deployed is refused", async () => {
    await expect(strategyOf(labWith("istio", "rollout-canary"))).rejects.toMatchObject({
      message: "The config says strategy istio, and the application is deployed by rollout-canary.",
      next: "npx canaryctl up\nnpx canaryctl config set strategy rollout-canary",
    });
  });

  test("moves the traffic only where it is the deployed one", async () => {
    const { strategy } = await openMove(labWith("replica-ratio", "replica-ratio"));
    expect(strategy).toBe(configuredStrategy(labWith("replica-ratio")));
    await expect(openMove(labWith("istio", "rollout-canary"))).rejects.toThrow(/deployed by rollout-canary/);
  });

  test("that runs is what a rollback acts on", async () => {
    const { strategy } = await openRollback(labWith("istio", "rollout-canary"), () => {});
    expect(strategy).toBe(configuredStrategy(labWith("rollout-canary")));
  });
});

describe("a command that has no meaning under a strategy", () => {
  const refused = {
    istio: ["abort", "retry", "undo"],
    "gateway-api": ["abort", "retry", "undo"],
    "replica-ratio": ["abort", "retry", "undo"],
    "nginx-header": ["setTraffic", "promote", "abort", "retry", "undo"],
    "rollout-canary": ["setTraffic", "undo"],
    "rollout-blue-green": ["setTraffic", "undo"],
    "rolling-update": ["setTraffic", "promote", "abort", "retry"],
  } as const;

  test.each(strategyNames)("is refused under %s, and says what to run", async (name) => {
    const lab = labWith(name);
    for (const command of refused[name]) {
      await expect(configuredStrategy(lab)[command](lab, () => {})).rejects.toMatchObject({
        next: expect.stringMatching(/canaryctl/),
      });
    }
  });

  test("names the strategy and the command that is the way back there", async () => {
    const lab = labWith("rolling-update");
    await expect(configuredStrategy(lab).abort(lab, () => {})).rejects.toMatchObject({
      message: "With strategy rolling-update there is no Rollout that could be aborted.",
      next: "npx canaryctl undo",
    });
  });
});

describe("a command that needs what is not deployed", () => {
  const missing = {
    "replica-ratio": "Deployment versioned-echo-v1",
    "rollout-canary": "Rollout versioned-echo",
    "rollout-blue-green": "Rollout versioned-echo",
    "rolling-update": "Deployment versioned-echo",
  } as const;

  test.each(Object.entries(missing))("says under %s that there is no %s", async (name, object) => {
    const whole = labWith(name);
    const lab = { ...whole, cluster: { ...whole.cluster, get: async () => undefined } };
    await expect(configuredStrategy(lab).rollback(lab, () => {})).rejects.toMatchObject({
      message: `There is no ${object} in namespace canary-lab.`,
      next: "npx canaryctl up",
    });
  });
});
