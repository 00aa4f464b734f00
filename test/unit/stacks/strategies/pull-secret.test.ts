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

test.each(strategyNames)("pods of strategy %s pull with the Secret, the load client's too", async (strategy) => {
  const pods = await podsOf({ strategy, canaryEnabled: false, canaryWeight: 0, imagePullSecret: "regcred" });
  const secrets = Object.entries(pods).map(([name, { imagePullSecrets }]) => [name, imagePullSecrets]);
  expect(Object.fromEntries(secrets)).toMatchSnapshot();
});

test("both sides pull with it, and none does where it is not set", async () => {
  const secretsOf = (pods: Awaited<ReturnType<typeof podsOf>>) =>
    Object.values(pods).map((pod) => pod.imagePullSecrets);
  const secret = [{ name: "regcred" }];
  expect(secretsOf(await podsOf({ imagePullSecret: "regcred" }))).toEqual([secret, secret, secret]);
  expect(secretsOf(await podsOf({}))).toEqual([undefined, undefined, undefined]);
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
