import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { type Registered, register } from "../../components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "../sample-config.ts";

/** The pod templates that a stack of this config renders, by the names of their workloads. */
async function podsOf(change: Readonly<Record<string, unknown>>) {
  const config = parseConfig({ ...defaults, ...change }, worldVariables);
  const all = await register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  });
  const template = ({ inputs }: Registered) => inputs.spec?.template?.spec;
  return Object.fromEntries([...all].flatMap(([name, one]) => (template(one) ? [[name, template(one)]] : [])));
}

const pick = ({ imagePullSecrets, nodeSelector }: Record<string, unknown>) => ({ imagePullSecrets, nodeSelector });

test.each(strategyNames)(
  "pods of strategy %s pull with the Secret and run where the platform is, the load client's too",
  async (strategy) => {
    const image = { imagePullSecret: "regcred", imagePlatform: "linux/arm64" };
    const pods = await podsOf({ strategy, canaryEnabled: false, canaryWeight: 0, ...image });
    const needs = {
      imagePullSecrets: [{ name: "regcred" }],
      nodeSelector: { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64" },
    };
    expect(Object.values(pods).map(pick)).toEqual([needs, needs]); // the application's and the load client's
  },
);

test("both sides do so, and none where neither is set", async () => {
  const needs = async (change: Readonly<Record<string, unknown>>) => Object.values(await podsOf(change)).map(pick);
  const secret = { imagePullSecrets: [{ name: "regcred" }], nodeSelector: undefined };
  expect(await needs({ imagePullSecret: "regcred" })).toEqual([secret, secret, secret]);
  const none = { imagePullSecrets: undefined, nodeSelector: undefined };
  expect(await needs({})).toEqual([none, none, none]);
});

test("a migration's Deployment pulls with it", async () => {
  const pods = await podsOf({
    strategy: "rollout-canary",
    migration: { scaleDown: "never" },
    canaryEnabled: false,
    canaryWeight: 0,
    imagePullSecret: "regcred",
  });
  expect(pods["rolling-deployment"].imagePullSecrets).toEqual([{ name: "regcred" }]);
});
