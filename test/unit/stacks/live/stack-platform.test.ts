import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { ownerOf, type ReadOutputs, stackPlatform } from "../../../../stacks/live/stack-platform.ts";
import { sampleConfig, sampleFacts } from "../sample-config.ts";
import { readingClient } from "./fake-client.ts";

const dev = "organization/canary-lab/dev";
const facts = { ...sampleFacts(), owner: dev };

/** What staging gets of dev's platform. @param owner what the namespace of the mesh says */
function find(
  change: Partial<LabConfig>,
  outputs: Awaited<ReturnType<ReadOutputs>>,
  owner: string | undefined = dev,
): ReturnType<typeof stackPlatform> {
  const asked: string[] = [];
  const client = readingClient(async <T>(path: string) => {
    expect(path).toBe("/api/v1/namespaces/istio-system");
    return (owner ? { metadata: { annotations: { "canary-lab/owner": owner } } } : undefined) as T | undefined;
  });
  const read: ReadOutputs = async (stack) => {
    asked.push(stack);
    return outputs;
  };
  const config = { ...sampleConfig, platform: "dev", ...change };
  const own = { stack: "staging", organization: "organization" };
  return stackPlatform(client, read, { config, own, place: "Pulumi.staging.yaml" });
}

test("the facts are the outputs of the stack that is named, by its own or its full name", async () => {
  expect(await find({}, { platform: facts })).toBe(facts);
  expect(await find({ platform: dev }, { platform: facts })).toBe(facts);
});

test("a platform that no stack of this project installed has no owner by a name of a stack", () => {
  const own = { stack: "staging", organization: "organization" };
  const of = (platform: string) => ownerOf({ config: { ...sampleConfig, platform }, own, place: "" });
  expect([of("existing"), of("dev")]).toEqual(["existing", dev]);
});

describe("a platform that cannot be used is refused, with the command that mends it", () => {
  test.each([
    ["no such stack", undefined, /no stack organization\/canary-lab\/dev in the backend/, "--stack dev up --create"],
    ["not up", {}, /dev is not up/, "--stack dev up"],
    ["has none", { platform: null }, /installs no platform/, "--stack dev config get platform"],
    ["another version", { platform: { mesh: {} } }, /another version of this program/, "--stack dev up"],
  ])("%s", async (_, outputs, message, next) => {
    await expect(find({}, outputs)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      place: "platform in Pulumi.staging.yaml",
      next: `npx canaryctl ${next}`,
    });
  });

  test.each([["organization/canary-lab/other"], [""]])("in another cluster: the mesh is of %j", async (owner) => {
    await expect(find({}, { platform: facts }, owner)).rejects.toThrow(/not in this cluster/);
  });

  test("the stack itself", async () => {
    await expect(find({ platform: "staging" }, { platform: facts })).rejects.toThrow(/this very stack/);
  });
});

describe("what the config needs and the platform lacks is refused by name, with what to set in its owner", () => {
  const next = (settings: string) => `npx canaryctl --stack dev config set ${settings} && npx canaryctl --stack dev up`;

  test.each<readonly [Partial<LabConfig>, RegExp, string]>([
    [{ monitoring: true }, /monitoring true, and it has no Prometheus/, "monitoring true"],
    [{ strategy: "rollout-canary" }, /strategy rollout-canary, and it has no Rollouts controller/, "rollouts cluster"],
    [{ strategy: "gateway-api" }, /strategy gateway-api, and it has no definitions/, "gatewayApi true"],
    [
      { strategy: "rollout-blue-green", monitoring: true },
      /no Prometheus; strategy rollout-blue-green, and/,
      "monitoring true rollouts cluster",
    ],
  ])("%j", async (change, message, settings) => {
    await expect(find(change, { platform: facts })).rejects.toMatchObject({
      message: expect.stringMatching(message),
      next: next(settings),
    });
    const whole = sampleFacts({ ...sampleConfig, monitoring: true, rollouts: "cluster", gatewayApi: true });
    await expect(find(change, { platform: whole })).resolves.toBe(whole);
  });

  test("a controller that watches its owner's namespace only is none for others", async () => {
    const narrow = sampleFacts({ ...sampleConfig, rollouts: "namespace" });
    await expect(find({ strategy: "rollout-canary" }, { platform: narrow })).rejects.toThrow(
      /watches one namespace only/,
    );
  });
});
