import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PodClient } from "@canary-lab/kit/kube/client";
import { programIn } from "@canary-lab/pulumi-plugins/find";
import { pluginVersions } from "@canary-lab/pulumi-plugins/versions";
import { writeWrapper } from "@canary-lab/pulumi-plugins/wrapper";
import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../canaryctl/src/engine/engine-failure.ts";
import type { FileState } from "../../../../canaryctl/src/engine/file-state.ts";
import type { ExportedState, PendingOperation } from "../../../../canaryctl/src/engine/pending.ts";
import { settlePending } from "../../../../canaryctl/src/engine/settle.ts";
import { readingClient } from "../../stacks/live/fake-client.ts";
import { fakeLab } from "../fake-lab.ts";

const pending = (operation: string, name: string, type: string, inputs: Readonly<Record<string, unknown>>) => ({
  type: operation,
  resource: { urn: `urn:pulumi:dev::canary-lab::${type}::${name}`, type, inputs },
});

const namespace = (name: string) =>
  pending("creating", name, "kubernetes:core/v1:Namespace", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  });
const release = (name: string) =>
  pending("creating", name, "kubernetes:helm.sh/v3:Release", { name, namespace: "istio-system" });

const stateWith = (...operations: readonly PendingOperation[]): FileState => {
  const state: Pick<FileState, "read"> = {
    read: () => ({ version: 3, deployment: { pending_operations: operations } }),
  };
  return state as FileState;
};

/** A cluster that has what is named by these ends of paths. */
const clusterWith = (...there: readonly string[]): PodClient =>
  readingClient(async <T>(path: string): Promise<T | undefined> => {
    if (path === "/api/v1") return { resources: [{ name: "namespaces", kind: "Namespace", namespaced: false }] } as T;
    const isThere = there.some((end) => path.endsWith(end) || path.includes(`name%3D${end}%2C`));
    return (path.includes("/secrets") ? { items: isThere ? [{}] : [] } : isThere ? {} : undefined) as T | undefined;
  });

test("takes in what is in the cluster, forgets the rest, and says which is which", async () => {
  const operations = [
    namespace("canary-lab"),
    namespace("other"),
    release("istio-base"),
    release("istiod"),
    pending("creating", "image", "docker:index/image:Image", { imageName: "x" }),
    pending("updating", "route", "kubernetes:networking.istio.io/v1:VirtualService", {}),
  ];
  const { lab, log } = fakeLab({ state: stateWith(...operations) });
  const lines: string[] = [];
  await settlePending({ ...lab, cluster: clusterWith("/canary-lab", "istio-base") }, (line) => lines.push(line));
  expect(log).toEqual([
    "import canary-lab istio-system/istio-base, 0 open",
    "refresh urn:pulumi:dev::canary-lab::kubernetes:core/v1:Namespace::canary-lab urn:pulumi:dev::canary-lab::kubernetes:helm.sh/v3:Release::istio-base",
  ]);
  expect(lines.map((line) => line.replace("A killed update was ", ""))).toEqual([
    "creating canary-lab: it was done.",
    "creating other: it was not done.",
    "creating istio-base: it was done.",
    "creating istiod: it was not done.",
    "creating image: it was not done.",
    "updating route: it will be repeated.",
  ]);
});

test("does nothing where nothing is open", async () => {
  const { lab, log } = fakeLab({ state: stateWith() });
  await settlePending(lab, () => {});
  expect(log).toEqual([]);
});

describe("where only the engine can read the locks", () => {
  test("nothing is settled that an update which runs has open", async () => {
    const { lab, log } = fakeLab();
    const busy = new EngineBusyError("Another update of stack dev is running.");
    const engine = {
      ...lab.engine,
      exportState: async () => stateWith(release("istiod")).read() as ExportedState,
      mustBeFree: () => Promise.reject(busy),
    };
    await expect(settlePending({ ...lab, engine }, () => {})).rejects.toBe(busy);
    expect(log).toEqual([]);
  });

  test("the state counts that an update leaves which ends meanwhile", async () => {
    const { lab, log } = fakeLab();
    const states = [stateWith(namespace("canary-lab")), stateWith()];
    const engine = { ...lab.engine, exportState: async () => states.shift()?.read() as ExportedState };
    await settlePending({ ...lab, engine }, () => {});
    expect(log).toEqual(["mustBeFree"]);
  });
});

describe("a release that Helm began and a kill ended", () => {
  const secret = (name: string, status: string) => ({ metadata: { name, labels: { owner: "helm", status } } });
  const revisions = [
    secret("sh.helm.release.v1.istiod.v1", "superseded"),
    secret("sh.helm.release.v1.istiod.v2", "pending-install"),
  ];
  const operation = (type: string) =>
    pending(type, "istiod", "kubernetes:helm.sh/v3:Release", { name: "istiod", namespace: "istio-system" });

  async function settle(type: string, variables: Record<string, string> = {}): Promise<readonly string[]> {
    const done: string[] = [];
    const { lab } = fakeLab({ state: stateWith(operation(type)) });
    const cluster: PodClient = {
      ...lab.cluster,
      get: async <T>(path: string) => ({ items: path.includes("status") ? [] : revisions }) as T,
      delete: async (path) => void done.push(`delete ${path}`),
    };
    const engine = { ...lab.engine, importState: async () => void done.push("import") };
    await settlePending({ ...lab, engine, cluster, environment: { ...lab.environment, variables } }, () => {});
    return done;
  }

  test.each(["creating", "updating"])(
    "while %s it: the note that the real plugin stumbles over goes first",
    async (type) => {
      expect(await settle(type)).toEqual([
        "delete /api/v1/namespaces/istio-system/secrets/sh.helm.release.v1.istiod.v2",
        "import",
      ]);
    },
  );

  test("is left to the substitute plugin, which undoes it", async () => {
    const home = mkdtempSync(join(tmpdir(), "pulumi-"));
    const file = programIn(home, { name: "kubernetes", version: pluginVersions.kubernetes });
    writeWrapper({ file, node: process.execPath, plugin: "kubernetes", compileCache: home });
    expect(await settle("creating", { PULUMI_HOME: home })).toEqual(["import"]);
  });
});
