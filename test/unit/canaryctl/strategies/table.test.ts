import { describe, expect, test } from "@jest/globals";
import { factsOf, strategyNames } from "../../../../canary/strategies.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import {
  configuredStrategy,
  openMove,
  openRelease,
  openRollback,
  strategyOf,
} from "../../../../canaryctl/src/strategies/table.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { ownFacts } from "../../../../stacks/platform-facts.ts";
import { fakeLab } from "../fake-lab.ts";

const labWith = (strategy: string, deployed?: string): Lab => {
  const annotations = deployed === undefined ? { "canary-lab/canary": "false" } : { "canary-lab/strategy": deployed };
  const objects = { "/api/v1/namespaces/canary-lab": { metadata: { annotations } } };
  return fakeLab({ objects, configWeight: 0, changes: { strategy } }).lab;
};

test.each(strategyNames)("%s has a row, whose owner is the program's", async (name) => {
  expect((await configuredStrategy(labWith(name))).owner).toBe(factsOf(name).owner);
});

describe("the strategy of a lab", () => {
  test("is the config's where that one is deployed, or nothing says which", async () => {
    const expected = await configuredStrategy(labWith("replica-ratio"));
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

  test("goes by the platform that the Namespace notes, without another read", async () => {
    const platform = { ...ownFacts(fakeLab().lab.config, "existing"), ingress: null };
    const annotations = { "canary-lab/strategy": "istio", "canary-lab/canary": "false" };
    const noted = { ...annotations, "canary-lab/platform": JSON.stringify(platform) };
    const read: string[] = [];
    const opened = async (metadata: object) => {
      const { lab } = fakeLab({ objects: { "/api/v1/namespaces/canary-lab": { metadata } } });
      const get: Lab["cluster"]["get"] = (path) => {
        read.push(path);
        return lab.cluster.get(path);
      };
      return { ...lab, cluster: { ...lab.cluster, get } };
    };
    for (const open of [openMove, (lab: Lab) => openRollback(lab, () => {}), (lab: Lab) => openRelease(lab, () => {})])
      expect((await open(await opened({ annotations: noted }))).lab.platform).toEqual(platform);
    expect(new Set(read)).toEqual(new Set(["/api/v1/namespaces/canary-lab"]));
    expect((await openMove(await opened({ annotations }))).lab.platform).toBeUndefined();
  });

  test("that is in the config and not yet deployed is refused", async () => {
    await expect(strategyOf(labWith("istio", "rollout-canary"))).rejects.toMatchObject({
      message: "The config says strategy istio, and the application is deployed by rollout-canary.",
      next: "npx canaryctl up\nnpx canaryctl config set strategy rollout-canary",
    });
  });

  test("moves the traffic only where it is the deployed one", async () => {
    const { strategy } = await openMove(labWith("replica-ratio", "replica-ratio"));
    expect(strategy).toBe(await configuredStrategy(labWith("replica-ratio")));
    await expect(openMove(labWith("istio", "rollout-canary"))).rejects.toThrow(/deployed by rollout-canary/);
  });

  test("that runs is what a rollback acts on", async () => {
    const { strategy } = await openRollback(labWith("istio", "rollout-canary"), () => {});
    expect(strategy).toBe(await configuredStrategy(labWith("rollout-canary")));
  });
});

describe("a stack whose file names another namespace than the one where it is deployed", () => {
  const own = {
    "canary-lab/stack": "organization/canary-lab/dev",
    "canary-lab/strategy": "istio",
    "canary-lab/config": JSON.stringify({ namespace: "before", replicas: "4" }),
  };
  const resources = [
    {
      urn: "urn",
      type: "kubernetes:core/v1:Namespace",
      id: "before",
      inputs: { metadata: { annotations: own } },
    },
  ];
  const state = { read: () => ({ version: 3, deployment: { resources } }) } as unknown as Lab["state"];
  const moved = (objects: Record<string, unknown>) =>
    fakeLab({ objects, state, configWeight: 0, changes: { namespace: "after" } }).lab;
  const before = { "/api/v1/namespaces/before": { metadata: { annotations: own } } };
  const after = { "/api/v1/namespaces/after": { metadata: { annotations: own } } };

  test("is moved, and gets a release, where it is", async () => {
    for (const open of [openMove, (lab: Lab) => openRelease(lab, () => {})]) {
      const { lab } = await open(moved(before));
      expect(lab.config).toMatchObject({ namespace: "before", replicas: 4 });
    }
  });

  test("is named by what is deployed, and by nothing else", async () => {
    const asked: string[] = [];
    const lab = { ...moved(before), mustBeNamed: ({ namespace }: LabConfig) => void asked.push(namespace) };
    for (const open of [openMove, (one: Lab) => openRelease(one, () => {}), (one: Lab) => openRollback(one, () => {})])
      await open(lab);
    expect(asked).toEqual(["before", "before", "before"]);
    const refusing = {
      ...lab,
      mustBeNamed: () => {
        throw new Error("another one is named");
      },
    };
    for (const open of [openMove, (one: Lab) => openRelease(one, () => {}), (one: Lab) => openRollback(one, () => {})])
      await expect(open(refusing)).rejects.toThrow("another one is named");
  });

  test("is not shown as what its file says", async () => {
    await expect(strategyOf(moved(before))).rejects.toMatchObject({
      message: "The config says namespace after, and what is deployed has before.",
      next: "npx canaryctl up\nnpx canaryctl config set namespace before",
    });
  });

  test("goes back where it is; while it is in both, in both", async () => {
    const one = await openRollback(moved(before), () => {});
    expect([one.lab.config.namespace, one.others]).toEqual(["before", []]);
    const both = await openRollback(moved({ ...before, ...after }), () => {});
    expect([both.lab, ...both.others.map(({ lab }) => lab)].map(({ config }) => config.namespace)).toEqual([
      "before", // by what is noted on the new one here, too
      "before",
    ]);
  });

  test("leaves a namespace alone that another stack has taken since", async () => {
    const annotations = { ...own, "canary-lab/stack": "organization/canary-lab/prod" };
    const { lab } = await openRollback(moved({ "/api/v1/namespaces/before": { metadata: { annotations } } }), () => {});
    expect(lab.config.namespace).toBe("after");
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
      await expect((await configuredStrategy(lab))[command](lab, () => {})).rejects.toMatchObject({
        next: expect.stringMatching(/canaryctl/),
      });
    }
  });

  test("names the strategy and the command that is the way back there", async () => {
    const lab = labWith("rolling-update");
    await expect((await configuredStrategy(lab)).abort(lab, () => {})).rejects.toMatchObject({
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
    await expect((await configuredStrategy(lab)).rollback(lab, () => {})).rejects.toMatchObject({
      message: `There is no ${object} in namespace canary-lab.`,
      next: "npx canaryctl up",
    });
  });
});
