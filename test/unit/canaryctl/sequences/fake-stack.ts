import { readFileSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import { parse } from "yaml";
import { factsOf } from "../../../../canary/strategies.ts";
import type { Engine, UpdateScope } from "../../../../canaryctl/src/engine/engine.ts";
import type { ConfigChanges, Lab } from "../../../../canaryctl/src/lab.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import { askedNow } from "../../../../stacks/config/asked-now.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { markVariable } from "../../../../stacks/live/mark-variable.ts";
import { settled } from "../../../../stacks/live/settled-rollout.ts";
import { markBefore, takenBackBy } from "../../../../stacks/live/taken-back.ts";
import { projectFolder } from "../fake-lab.ts";
import type { FakeApiServer } from "./fake-api-server.ts";
import { type Guards, programOf } from "./fake-program.ts";

/** As test doubles of `createHook` keep a hook. */
type KeptHook = { readonly run: (args: object) => Promise<void> };

/** A stack in a cluster: its file, and an engine that works as the real one does. */
export class FakeStack {
  readonly file: StackFile;
  readonly #server: FakeApiServer;
  readonly #guards: Guards;
  /** What the engine remembers to have written, by path. It never looks at what is live. */
  readonly #remembered = new Map<string, { readonly name: string; readonly object: object }>();
  /** Called before the hooks of a resource that is about to be written, as time goes by in a real update. */
  onResource: (name: string) => Promise<unknown> = async () => {};
  /** When the command of plain `pulumi` was started, in Unix milliseconds; undefined where that is not known. */
  commandStart: number | undefined;
  /** The engine fails before it writes this resource of its next updates, counted from 0. */
  failsAt: number | undefined;

  constructor(server: FakeApiServer, stack: string, text: string, guards: Guards) {
    this.#server = server;
    this.#guards = guards;
    this.file = new StackFile(stack, projectFolder(text, stack));
  }

  /** @throws UserError as `openLab` does, where the config with the changes is refused */
  lab(changes: ConfigChanges = {}): Lab {
    return {
      stackFile: this.file,
      config: parseConfig({ ...this.file.values(), ...changes }, {}, this.file.name),
      environment: {
        target: "existing",
        reason: "a test",
        kubeconfig: "/nowhere",
        kubeContext: "x",
        path: [],
        variables: {},
      },
      engine: this.#engine,
      state: this.#state,
      cluster: this.#server,
      exec: () => Promise.reject(new Error("no pods here")),
      proxy: () => Promise.reject(new Error("no pods here")),
      client: () => Promise.reject(new Error("no pods here")),
    };
  }

  /** The namespaces that the engine remembers to have made. */
  places(): readonly string[] {
    return this.#namespaces().map(({ metadata }) => metadata.name);
  }

  readonly #namespaces = () =>
    [...this.#remembered.values()].flatMap(({ name, object }) =>
      name === "echo-namespace" ? [object as { readonly metadata: { readonly name: string } }] : [],
    );

  /** As far as a command asks it, where nobody holds the stack: what was deployed where. */
  readonly #state = {
    read: () => {
      const resources = this.#namespaces().map((inputs) => ({
        urn: "echo-namespace",
        type: "kubernetes:core/v1:Namespace",
        id: inputs.metadata.name,
        inputs,
      }));
      return { version: 3, deployment: { resources } };
    },
    locks: () => [],
    dropDeadLocks: () => [],
  } as unknown as Lab["state"];

  /** One update: each resource that differs from what is remembered is written, after its hooks. */
  async #update({ targets, configFile, markBefore: told }: UpdateScope): Promise<void> {
    const values = configFile === undefined ? this.file.values() : this.#valuesIn(configFile);
    const config = parseConfig(values);
    const takenBack = takenBackBy({
      client: this.#server,
      config,
      markBefore: await markBefore(
        this.#server,
        config,
        async () => this.commandStart,
        told === undefined ? {} : { [markVariable]: told },
      ),
      fileNow: async () => askedNow(this.file.path),
      file: this.file.name,
    });
    const resources = programOf({
      config,
      values,
      stack: `organization/canary-lab/${this.file.stack}`,
      client: this.#server,
      guards: this.#guards,
      takenBack,
      remembered: (path) => this.#remembered.get(path)?.object,
    });
    const isTarget = (name: string) => !targets || targets.some((pattern) => pattern === `**::${name}`);
    let written = 0;
    for (const { name, path, object, hooks } of resources) {
      const before = this.#remembered.get(path)?.object;
      if (!isTarget(name) || JSON.stringify(before) === JSON.stringify(object)) continue;
      await this.onResource(name);
      for (const hook of (before ? hooks.beforeUpdate : hooks.beforeCreate) ?? [])
        await (hook as unknown as KeptHook).run({ oldInputs: before, newInputs: object });
      if (written++ === this.failsAt) throw new UserError(`pulumi up failed: ${name} cannot be written`);
      await this.#server.apply(path, object, fieldManager);
      this.#remembered.set(path, { name, object });
    }
    if (targets) return;
    if (factsOf(config.strategy).owner === "rollout-controller")
      await settled({ namespace: config.namespace, name: config.app, client: this.#server }, () => {});
    for (const path of this.#remembered.keys()) {
      if (resources.some((resource) => resource.path === path)) continue;
      await this.#server.delete(path);
      this.#remembered.delete(path);
    }
  }

  readonly #engine = {
    update: async (_view: unknown, scope: UpdateScope = {}) => this.#update(scope),
  } as unknown as Engine;

  #valuesIn(configFile: string) {
    const { config } = parse(readFileSync(configFile, "utf8")) as { config: Record<string, string> };
    const own = Object.entries(config).map(([key, value]) => [key.replace(/^canary-lab:/, ""), value]);
    return { ...this.file.defaults(), ...Object.fromEntries(own) };
  }
}
