import { ApiError } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import type { ExportedState } from "../../../../canaryctl/src/engine/pending.ts";
import { Mask } from "../../../../canaryctl/src/mask.ts";
import { previewLab } from "../../../../canaryctl/src/preview/preview-stacks.ts";
import { readLive } from "../../../../canaryctl/src/preview/read-live.ts";
import { summaryOf } from "../../../../canaryctl/src/preview/summary.ts";
import { plainText } from "../../../../canaryctl/src/preview/words.ts";
import { renderNamespace } from "../../../../components/workload/render-application.ts";
import { UserError } from "../../../../packages/kit/src/user-error.ts";
import { positionOf } from "../../../../stacks/history-entry.ts";
import { fakeLab } from "../fake-lab.ts";
import { recordedLines } from "./recordings.ts";

const namespace = (applied: Record<string, string> = {}) => ({
  "/api/v1/namespaces/canary-lab": renderNamespace({
    app: "versioned-echo",
    namespace: "canary-lab",
    stack: "organization/canary-lab/dev",
    applied,
    strategy: "istio",
    canaryEnabled: true,
  }),
});

const prometheus = (value: string) => ({
  "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query": {
    data: { result: [{ value: [0, value] }] },
  },
});

test("the engine's events and what the cluster has make one digest", async () => {
  const { lab } = fakeLab({ liveWeight: 25, objects: { ...namespace({ monitoring: "true" }), ...prometheus("250") } });
  const engine = { ...lab.engine, previewEvents: async () => recordedLines("weight-move") };
  const digest = await previewLab("dev", { ...lab, engine }, new Mask());
  expect(digest).toMatchObject({
    outcome: "changes",
    traffic: { kind: "share", before: 10, live: 25, after: 30, perMinute: 15_000 },
    notCompared: null,
  });
});

test("nothing is asked of Prometheus without monitoring, and nothing is made of an answer without a number", async () => {
  const without = fakeLab({ objects: { ...namespace(), ...prometheus("250") } });
  expect(await readLive(without.lab)).toMatchObject({ share: 10, perMinute: undefined });
  const silent = fakeLab({ objects: { ...namespace({ monitoring: "true" }), ...prometheus("NaN") } });
  expect((await readLive(silent.lab)).perMinute).toBeUndefined();
});

test("the images that have had a share are those of the history", async () => {
  const entry = (canaryImage: string, canaryWeight: string, canaryEnabled = "true") =>
    JSON.stringify({
      ...{ at: "2026-01-01T00:00:00Z", who: "ann", command: "up", from: null },
      to: positionOf({ canaryImage, canaryWeight, canaryEnabled }),
    });
  const data = { a: entry("echo:v2", "0"), b: entry("echo:v3", "10"), c: entry("echo:v4", "10", "false") };
  const history = { "/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history": { data } };
  expect((await readLive(fakeLab({ objects: { ...namespace(), ...history } }).lab)).tried).toEqual(["echo:v3"]);
});

test("where nothing is deployed there is no share", async () => {
  expect(await readLive(fakeLab().lab)).toEqual({ drift: [] });
});

test("what the cluster does not tell is told as not compared, and does not stop the preview", async () => {
  const { lab } = fakeLab();
  const deployment: ExportedState["deployment"] = {
    resources: [
      {
        urn: "u",
        type: "kubernetes:core/v1:Service",
        id: "a/b",
        inputs: { apiVersion: "v1", kind: "Service", metadata: { name: "b" } },
      },
    ],
  };
  const cluster = { ...lab.cluster, get: async () => Promise.reject(new UserError("services is forbidden")) };
  const engine = {
    ...lab.engine,
    exportState: async () => ({ version: 3, deployment }),
    previewEvents: async () => recordedLines("none"),
  };
  const digest = await previewLab("dev", { ...lab, cluster, engine }, new Mask());
  expect(digest).toMatchObject({ outcome: "no-change", notCompared: "all of it: services is forbidden" });
});

test("a stack that has no state yet is told with its share, what it makes and the command", async () => {
  const { lab } = fakeLab({ configWeight: 10, changes: { namespace: "canary-lab-qa", platform: "dev" } });
  const engine = { ...lab.engine, previewEvents: async () => recordedLines("no-stack") };
  const digest = await previewLab("dev", { ...lab, engine }, new Mask());
  expect(digest).toMatchObject({ outcome: "not-made", missing: "state" });
  expect(digest.errors).toEqual([
    expect.stringMatching(
      /^Stack dev is not in the backend yet\. .* namespace canary-lab-qa, on the platform of stack dev\.\n.*\n {2}next: {4}npx canaryctl up$/,
    ),
  ]);
  expect(plainText(summaryOf(digest))).toBe(
    "**dev**: **not previewed**: it is not in the backend yet, and its first `up` makes all of it, v2 at 10 %. This says nothing of the change.",
  );
});

test("what the account may not read is told as not compared, and the rest is compared", async () => {
  const { lab } = fakeLab();
  const inputs = (kind: string) => ({ apiVersion: "v1", kind, metadata: { name: "b", namespace: "a" } });
  const resources = ["Service", "Secret"].map((kind) => ({
    urn: kind,
    type: `kubernetes:core/v1:${kind}`,
    id: "a/b",
    inputs: inputs(kind),
  }));
  const get = async (path: string) => {
    if (path.includes("/secrets/")) throw new ApiError(403, "secrets is forbidden", `GET ${path}`);
    return undefined;
  };
  const engine = { ...lab.engine, exportState: async () => ({ version: 3, deployment: { resources } }) };
  expect(await readLive({ ...lab, cluster: { ...lab.cluster, get }, engine })).toMatchObject({
    drift: [{ kind: "Service", id: "a/b", isGone: true }],
    notCompared: "1 of its objects: secrets is forbidden",
  });
});
