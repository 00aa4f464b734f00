import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PodClient } from "@canary-lab/kit/kube/client";
import type { Engine, UpdateScope } from "../../../canaryctl/src/engine/engine.ts";
import type { StackLock } from "../../../canaryctl/src/engine/stack-lock.ts";
import type { ConfigChanges, Lab } from "../../../canaryctl/src/lab.ts";
import { StackFile } from "../../../canaryctl/src/stack-file.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";

/** A folder with the project's own Pulumi.yaml and a stack's file. */
export function projectFolder(stackText?: string, stack = "dev"): string {
  const folder = mkdtempSync(join(tmpdir(), "canaryctl-"));
  writeFileSync(join(folder, "Pulumi.yaml"), readFileSync(join(import.meta.dirname, "../../../Pulumi.yaml")));
  if (stackText !== undefined) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stackText);
  return folder;
}

export interface FakeOptions {
  readonly changes?: ConfigChanges;
  /** Percent: in the stack's file, and in the cluster; undefined for no route. */
  readonly configWeight?: number;
  readonly liveWeight?: number | undefined;
  /** When the route was written; by default nobody knows. */
  readonly routeWritten?: Date;
  /** Who has written it then. Default: the program and canaryctl. */
  readonly routeOwner?: string;
  /** Percent: what the engine's state says it has written. Default: the file's weight. */
  readonly rememberedWeight?: number;
  /** Ready pods of the canary; undefined where it is not deployed. */
  readonly canaryReady?: number | undefined;
  readonly state?: Lab["state"];
  readonly update?: () => Promise<void>;
  /** What else is in the cluster, by path without the query, null for nothing; it may be changed meanwhile. */
  readonly objects?: Record<string, unknown>;
  /** Default: dev. Another one has no record where a lab stands in this checkout. */
  readonly stack?: string;
  /** A controller that answers a patch. */
  readonly onPatch?: (path: string, change: object) => void;
}

/** A lab whose cluster and engine are plain objects; `log` has what was done to them, in order, `scopes` what each update was about. */
export function fakeLab(options: FakeOptions = {}) {
  const { configWeight = 10, changes = {}, state, update, stack = "dev" } = options;
  const strategy = changes.strategy === undefined ? "" : `  canary-lab:strategy: ${changes.strategy}\n`;
  const folder = projectFolder(`config:\n  canary-lab:canaryWeight: "${configWeight}"\n${strategy}`, stack);
  const stackFile = new StackFile(stack, folder);
  const config = parseConfig({ ...stackFile.values(), ...changes });
  const log: string[] = [];
  const scopes: (UpdateScope & { readonly text?: string })[] = [];
  const around: string[] = [];
  let remembered = options.rememberedWeight ?? configWeight;
  const live = { weight: "liveWeight" in options ? options.liveWeight : configWeight };

  const time = options.routeWritten?.toISOString();
  const written = time
    ? [{ manager: options.routeOwner ?? "canary-lab", time, fieldsV1: { "f:spec": { "f:http": {} } } }]
    : [];

  const cluster: PodClient = {
    async delete(path: string): Promise<void> {
      log.push(`delete ${path.split("/").slice(-2).join("/")}`);
    },
    text: async () => undefined,
    async get<T>(path: string): Promise<T | undefined> {
      if (path.includes("+notin+")) return { items: [] } as never; // nobody calls beside the client
      const known = options.objects?.[path.split("?")[0] ?? ""];
      if (known !== undefined) return (known as T | null) ?? undefined;
      if (path.includes("virtualservices"))
        return live.weight === undefined ? undefined : (virtualService(live.weight, written) as T);
      if (!path.includes("deployments")) return undefined;
      const ready = path.endsWith("-v1") ? 2 : "canaryReady" in options ? options.canaryReady : 2;
      return ready === undefined ? undefined : (deployment(ready) as T);
    },
    async patch<T>(path: string, change: object): Promise<T> {
      log.push(`patch ${path.split("/").slice(-2).join("/")} ${JSON.stringify(change)}`);
      options.onPatch?.(path, change);
      return {} as T;
    },
    async apply<T>(_path: string, object: object): Promise<T> {
      const { kind, spec } = object as { kind: string; spec: { http: { route: { weight: number }[] }[] } };
      if (kind !== "VirtualService") {
        around.push(kind);
        return object as T;
      }
      live.weight = spec.http.at(-1)?.route[1]?.weight; // behind the routes of targeted users
      log.push(`apply ${live.weight}`);
      return object as T;
    },
  };
  const engine: Engine = {
    async update(_onLine, scope = {}) {
      log.push("update");
      scopes.push({ ...scope, ...(scope.configFile && { text: readFileSync(scope.configFile, "utf8") }) });
      await update?.();
      const own = scope.configFile && /canaryWeight: "(\d+)"/.exec(readFileSync(scope.configFile, "utf8"))?.[1];
      const wanted = Number(own ?? stackFile.values().canaryWeight);
      // As the real one: it compares with what it remembers, and never looks at what is live.
      if (wanted !== remembered && live.weight !== undefined) live.weight = wanted;
      remembered = wanted;
    },
    preview: async () => void log.push("preview"),
    previewEvents: async () => [],
    destroy: async () => void log.push("destroy"),
    refresh: async (urns) => void log.push(`refresh ${urns.join(" ")}`),
    importState: async ({ deployment }) => {
      const ids = deployment.resources?.map(({ id }) => id).join(" ");
      log.push(`import ${ids}, ${deployment.pending_operations?.length ?? 0} open`);
    },
    selectStack: async () => void log.push("selectStack"),
    createStack: async (provider) => void log.push(["createStack", ...(provider ? [provider] : [])].join(" ")),
    removeStack: async () => void log.push("removeStack"),
    mustBeFree: async () => void log.push("mustBeFree"),
    exportState: async () => state?.read() ?? { version: 3, deployment: {} },
  };
  const lab: Lab = {
    stackFile,
    config,
    environment: {
      target: "embedded",
      reason: "a test",
      kubeconfig: "/nowhere",
      kubeContext: "canary-lab",
      path: [],
      variables: {},
    },
    engine,
    state,
    cluster,
    exec: () => Promise.reject(new Error("no pods here")),
    proxy: () => Promise.reject(new Error("no pods here")),
    client: () => Promise.reject(new Error("no pods here")),
  };
  return { lab, log, scopes, around, live, file: () => readFileSync(stackFile.path, "utf8") };
}

export const virtualService = (canary: number, managedFields: object[] = []) => ({
  metadata: { managedFields },
  spec: {
    http: [
      {
        route: [
          { destination: { subset: "v1" }, weight: 100 - canary },
          { destination: { subset: "v2" }, weight: canary },
        ],
      },
    ],
  },
});

const deployment = (ready: number) => ({
  metadata: { name: "x" },
  spec: { replicas: 2, template: { spec: { containers: [{ image: "versioned-echo@sha256:0" }] } } },
  status: { readyReplicas: ready },
});

/** A lock that somebody else holds. */
export const heldLock: StackLock = {
  path: "/lock",
  pid: 7,
  host: "here",
  user: "ci",
  since: undefined,
  holder: "running",
};
