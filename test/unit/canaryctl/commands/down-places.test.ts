import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { type KnownPlaces, placeToForget, placeToTakeDown } from "../../../../canaryctl/src/commands/down-places.ts";
import type { ResourceState } from "../../../../canaryctl/src/engine/pending.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { fakeLab, projectFolder } from "../fake-lab.ts";

const { environment: own } = fakeLab().lab;
const production = { ...own, target: "existing" as const, kubeContext: "prod" };
const file = new StackFile("qa", projectFolder("config: {}\n", "qa"));
const place = (known: Partial<KnownPlaces>) =>
  placeToTakeDown(file, {
    records: { own: undefined, stacks: {} },
    noted: undefined,
    state: async () => undefined,
    ...known,
  });
const stateOf = (...types: readonly string[]) => ({
  version: 3,
  deployment: { resources: types.map((type): ResourceState => ({ type, urn: type })) },
});
const refused = new UserError("The state cannot be read: s3://states does not accept the credentials.");

describe("the place that down takes a stack from", () => {
  test("is unknown where the state cannot be read and nothing else says it", async () => {
    await expect(place({ state: () => Promise.reject(refused) })).rejects.toBe(refused);
    const elsewhere = { own: undefined, stacks: { prod: { environment: production } } };
    await expect(place({ records: elsewhere, state: () => Promise.reject(refused) })).rejects.toBe(refused);
  });

  test("is what the lab made where the state cannot be read", async () => {
    const state = () => Promise.reject(refused);
    const made = { environment: own, stacks: [] };
    expect(await place({ records: { own, stacks: {} }, state })).toEqual(made);
    expect(await place({ noted: "kind", state })).toEqual({ environment: undefined, stacks: [] });
  });

  test("is the recorded one, and the state is not asked", async () => {
    const records = { own: undefined, stacks: { qa: { environment: production } } };
    const found = await place({ records, state: () => Promise.reject(refused) });
    expect(found).toEqual({ environment: production, stacks: ["qa"] });
  });

  test.each([
    ["nothing", stateOf()],
    ["the stack alone", stateOf("pulumi:pulumi:Stack", "pulumi:providers:docker-build", "docker-build:index:Image")],
  ])("is the backend alone for a stack whose state has %s", async (_case, found) => {
    const state = async () => found;
    expect(await place({ state })).toEqual({ environment: undefined, stacks: ["qa"] });
    expect(await place({ noted: "kind", state })).toEqual({ environment: undefined, stacks: ["qa"] });
    const records = { own, stacks: { dev: {} } };
    expect(await place({ records, state })).toEqual({ environment: own, stacks: ["dev", "qa"] });
  });

  test("of a stack with objects in a cluster that is not known is not the lab's own", async () => {
    const state = async () => stateOf("pulumi:pulumi:Stack", "kubernetes:core/v1:Namespace");
    expect(await place({ records: { own, stacks: { dev: {} } }, state })).toEqual({
      environment: own,
      stacks: ["dev"],
    });
  });

  test("is none for a stack that is not in the backend", async () => {
    expect(await place({})).toEqual({ environment: undefined, stacks: [] });
  });
});

describe("the place that down --forget forgets a stack in", () => {
  const forget = (known: Partial<KnownPlaces>) =>
    placeToForget(file, { records: { own, stacks: {} }, state: async () => undefined, ...known });

  test("is the noted one", async () => {
    const records = { own, stacks: { qa: { environment: production } } };
    expect(await forget({ records })).toEqual({ environment: production, stacks: ["qa"] });
  });

  test("needs no context that is still there, and is not the lab's own", async () => {
    const state = async () => ({
      version: 3,
      deployment: {
        resources: [
          { type: "pulumi:providers:kubernetes", urn: "p", inputs: { context: "gone" } },
          { type: "kubernetes:core/v1:Namespace", urn: "n" },
        ],
      },
    });
    expect(await forget({ state })).toEqual({ environment: undefined, stacks: ["qa"] });
    expect(await forget({})).toEqual({ environment: undefined, stacks: [] });
  });
});
