import { describe, expect, test } from "@jest/globals";
import { type StrategyName, strategyNames } from "../../../../canary/strategies.ts";
import { renderNamespace } from "../../../../components/workload/render-application.ts";
import { type ReleaseState, stateOf, switchFault } from "../../../../stacks/live/strategy-guard.ts";

const at = (strategy: StrategyName, canaryEnabled: boolean): ReleaseState => ({ strategy, canaryEnabled });

describe("switchFault", () => {
  test("lets a stack change its strategy while no canary runs, and anything while the strategy stays", () => {
    for (const strategy of strategyNames) {
      expect(switchFault(at("istio", false), at(strategy, false))).toBeUndefined();
      expect(switchFault(at(strategy, false), at(strategy, true))).toBeUndefined();
      expect(switchFault(at(strategy, true), at(strategy, false))).toBeUndefined();
    }
  });

  test("refuses a switch while a canary runs, and says how to end it", () => {
    for (const to of [true, false]) {
      const fault = switchFault(at("istio", true), at("rolling-update", to));
      expect(fault?.message).toMatch(/from istio to rolling-update while a canary runs/);
      expect(fault?.next).toMatch(/rollback.*delete-canary/);
    }
  });

  test("refuses a switch that starts a canary", () => {
    const fault = switchFault(at("istio", false), at("gateway-api", true));
    expect(fault?.message).toMatch(/together with the start of a canary/);
    expect(fault?.next).toMatch(/canaryEnabled false/);
  });

  test("refuses a first version that is a canary where it would get everything", () => {
    const refused = strategyNames.filter((strategy) => switchFault(undefined, at(strategy, true)));
    expect(refused).toEqual(["rollout-canary", "rollout-blue-green", "rolling-update"]);
    for (const strategy of strategyNames) expect(switchFault(undefined, at(strategy, false))).toBeUndefined();
  });

  test("refuses to turn one kind of Rollout into the other", () => {
    const fault = switchFault(at("rollout-canary", false), at("rollout-blue-green", false));
    expect(fault?.next).toMatch(/strategy istio/);
  });
});

describe("stateOf", () => {
  test("reads what the namespace says", () => {
    for (const state of [at("istio", true), at("rolling-update", false)]) {
      expect(
        stateOf(renderNamespace({ app: "versioned-echo", namespace: "canary-lab", stack: "", applied: {}, ...state })),
      ).toEqual(state);
    }
    expect(stateOf(undefined)).toBeUndefined();
  });

  test("takes a namespace that says nothing for one of before, with a canary", () => {
    expect(stateOf({ metadata: { name: "canary-lab" } })).toEqual(at("istio", true));
  });
});
