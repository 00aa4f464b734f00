import { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { NoStackError } from "../../../canaryctl/src/engine/engine-failure.ts";
import { installedPlatform, platformIn, useOf } from "../../../canaryctl/src/installed-platform.ts";
import { fakeLab } from "./fake-lab.ts";

const dev = "organization/canary-lab/dev";
const resource = (type: string, annotations?: object) => ({
  urn: `urn:pulumi:dev::canary-lab::${type}::x`,
  type,
  ...(annotations && { inputs: { metadata: { annotations } } }),
});
const state = (...resources: readonly ReturnType<typeof resource>[]) => ({ version: 3, deployment: { resources } });

test("a state says which platform its stack installed", () => {
  const namespace = resource("kubernetes:core/v1:Namespace", { "canary-lab/owner": dev });
  expect(
    platformIn(state(resource("canary-lab:mesh:Istio"), namespace, resource("canary-lab:argo:ArgoRollouts"))),
  ).toEqual({ owner: dev, parts: ["rollouts"] });
  expect(platformIn(state(resource("canary-lab:mesh:Istio")))).toEqual({ owner: undefined, parts: [] });
  expect(platformIn(state(resource("kubernetes:core/v1:Namespace", { "canary-lab/stack": dev })))).toBeUndefined();
  expect(platformIn(undefined)).toBeUndefined();
});

test("a stack that is not there has none, and one whose state cannot be read may have one", async () => {
  const { lab } = fakeLab();
  const read = (error: Error) =>
    installedPlatform({ ...lab, engine: { ...lab.engine, exportState: () => Promise.reject(error) } });
  expect(await read(new NoStackError("no stack named dev"))).toBeUndefined();
  expect(await read(new UserError("The state of stack dev is damaged"))).toEqual({ owner: undefined, parts: [] });
});

test("a cluster that does not answer holds up no down where the lab made it", async () => {
  const { lab } = fakeLab();
  const cluster = { ...lab.cluster, get: () => Promise.reject(new UserError("no answer")) };
  const use = (isMade: boolean) => useOf({ cluster }, { owner: dev, parts: [] }, isMade);
  expect((await use(true)).applications).toEqual([]);
  await expect(use(false)).rejects.toThrow("no answer");
});
