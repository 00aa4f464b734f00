import { describe, expect, test } from "@jest/globals";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import { rolloutCanary } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { destinationRulePath, rolloutPath, virtualServicePath } from "../../../../../cluster/kube/paths.ts";
import { appliedValues } from "../../../../../stacks/config/applied-config.ts";
import { aborted, fakeRollout, healthy, pausedCanary, revision } from "./fake-rollout.ts";

const quiet = () => {};
const route = virtualServicePath("canary-lab", "versioned-echo-virtualservice");
const rule = destinationRulePath("canary-lab", "versioned-echo");
const path = rolloutPath("canary-lab", "versioned-echo");
const back = { ...healthy, stableRS: "old", currentPodHash: "old", abort: false };

describe("a Rollout whose route is gone", () => {
  test("gets it back in a rollback, with the order to stop before it: without it the controller moves nothing, and with it goes on", async () => {
    const fake = fakeRollout(pausedCanary, () => aborted, { update: async () => fake.become(back) });
    fake.objects[route] = null;
    const lines: string[] = [];
    expect(await rolloutCanary.rollback(fake.lab, (line) => void lines.push(line))).toMatch(/^Rolled back/);
    expect(fake.log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}', "apply 0", "update"]);
    expect(lines[0]).toMatch(/route of the Rollout was gone/);
  });

  test("gets the rule with the subsets back, too, with the revision of each", async () => {
    const fake = fakeRollout(pausedCanary, () => aborted, { update: async () => fake.become(back) });
    fake.objects[rule] = null;
    const applied: object[] = [];
    const { apply } = fake.lab.cluster;
    fake.lab.cluster.apply = async (path, object, manager) => {
      applied.push(object);
      return apply(path, object, manager);
    };
    await rolloutCanary.rollback(fake.lab, quiet);
    const labels = (hash: string) => ({ app: "versioned-echo", "rollouts-pod-template-hash": hash });
    expect(applied).toMatchObject([
      {
        kind: "DestinationRule",
        spec: {
          subsets: [
            { name: "v1", labels: labels("old") },
            { name: "v2", labels: labels("new") },
          ],
        },
      },
    ]);
  });

  test("does not begin with its route a revision that it could not begin without: its template is taken back before", async () => {
    const invalid = {
      phase: "Degraded",
      message: "InvalidSpec: no route",
      controllerPause: false,
      pauseConditions: [],
    };
    const atRest = { ...pausedCanary, ...invalid, currentPodHash: "old", stableRS: "old" };
    const fake = fakeRollout(atRest, undefined, { update: async () => fake.become(back) });
    fake.objects[route] = null;
    const { spec } = fake.objects[path] as { spec: { template?: object } };
    spec.template = revision("new", "v2", 2).spec.template;
    expect(await rolloutCanary.rollback(fake.lab, quiet)).toMatch(/^Rolled back/);
    const template = {
      metadata: { labels: { app: "versioned-echo", version: "v1" } },
      spec: { containers: [{ name: "echo", image: "registry/versioned-echo@sha256:v1" }] },
    };
    const patch = `patch rollouts/versioned-echo?fieldManager=canary-lab ${JSON.stringify({ spec: { template } })}`;
    expect(fake.log.slice(0, 2)).toEqual([patch, "apply 0"]);
  });

  test("is not said to have its traffic back for an abort alone", async () => {
    const fake = fakeRollout({ ...pausedCanary, ...aborted }, undefined, {
      update: () => Promise.reject(new Error("the engine failed")),
    });
    fake.objects[route] = null;
    await expect(rolloutCanary.rollback(fake.lab, quiet)).rejects.toThrow(/^the engine failed/);
  });

  test("has no share that could be told, and its canary is not taken away", async () => {
    const { lab, log, objects } = fakeRollout(pausedCanary);
    objects[route] = null;
    expect(await rolloutCanary.read(lab)).toMatchObject({ live: undefined });
    await expect(rolloutCanary.deleteCanary(lab, quiet)).rejects.toThrow(/has traffic is not known/);
    expect(log).toEqual([]);
  });
});

test("a Service that is gone is made again by the update of a rollback: without it the controller finds the Rollout invalid", async () => {
  const metadata = { name: "versioned-echo-stable" };
  const service = {
    urn: "urn:pulumi:dev::canary-lab::x::release-stable-service",
    type: "kubernetes:core/v1:Service",
    id: "canary-lab/versioned-echo-stable",
    inputs: { apiVersion: "v1", kind: "Service", metadata },
  };
  const read = () => ({ version: 4, deployment: { resources: [service] } });
  const state = { dropDeadLocks: () => [], locks: () => [], read } as unknown as FileState;
  const fake = fakeRollout(pausedCanary, () => aborted, { state, update: async () => fake.become(back) });
  expect(await rolloutCanary.rollback(fake.lab, quiet)).toMatch(/^Rolled back/);
  expect(fake.log.slice(1)).toEqual(["import , 0 open", "update"]);
});

describe("a Rollout that is gone", () => {
  const resource = {
    urn: "urn:pulumi:dev::canary-lab::x::release-rollout",
    type: "kubernetes:argoproj.io/v1alpha1:Rollout",
    id: "canary-lab/versioned-echo",
    inputs: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "versioned-echo" } },
  };
  const read = () => ({ version: 4, deployment: { resources: [resource] } });
  const state = { dropDeadLocks: () => [], locks: () => [], read } as unknown as FileState;

  test("is made again by a rollback with the stable image, where it is known what was applied", async () => {
    const fake = fakeRollout(pausedCanary, undefined, {
      state,
      update: async () => {
        fake.objects[path] = rollout;
        fake.become(back);
      },
    });
    const rollout = fake.objects[path];
    fake.objects[path] = null;
    await expect(rolloutCanary.rollback(fake.lab, quiet)).rejects.toThrow(/no Rollout versioned-echo/);
    expect(fake.log).toEqual([]);
    const lab = { ...fake.lab, applied: { values: appliedValues(fake.lab.stackFile.values()), pending: [] } };
    expect(await rolloutCanary.rollback(lab, quiet)).toMatch(/^Rolled back/);
    expect(fake.log).toEqual(["import , 0 open", "update"]);
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });
});
