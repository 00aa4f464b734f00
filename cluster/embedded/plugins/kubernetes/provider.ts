import { type CheckRequest, check } from "./check.ts";
import { type CreateRequest, create, type Outcome } from "./create.ts";
import { type Difference, type DiffRequest, diff } from "./diff.ts";
import type { Engine } from "./engine.ts";
import type { JsonObject } from "./json.ts";
import { typeOf } from "./objects.ts";
import { type ReadOutcome, type ReadRequest, read } from "./read.ts";
import { type DeleteRequest, remove } from "./remove.ts";
import { openSession, type Session } from "./session.ts";
import { type CheckFailure, readSettings } from "./settings.ts";
import { type UpdateRequest, update } from "./update.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";
const isRelease = (urn: string): boolean => typeOf(urn) === releaseType;
/** Releases need a YAML parser and more: loaded when there is one. */
const releases = () => import("./helm/releases.ts");

/** Kinds that only look like Kubernetes' own. */
const refused = /^kubernetes:(helm\.sh|kustomize|yaml)(\/|:)/;

/** The provider behind the plugin's RPCs: sends each to plain objects or to Helm releases. */
export class Provider {
  readonly engine: Engine;
  readonly #cancel = new AbortController();
  #session: Session | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get session(): Session {
    if (!this.#session) throw new Error("the provider was not configured");
    return this.#session;
  }

  async configure(variables: ReadonlyMap<string, string>): Promise<void> {
    this.#session = await openSession(readSettings(variables), this.engine, this.#cancel.signal);
  }

  async check(request: CheckRequest): Promise<{ inputs: JsonObject; failures: readonly CheckFailure[] }> {
    if (isRelease(request.urn)) return (await releases()).checkRelease(this.session, request);
    if (refused.test(typeOf(request.urn)))
      throw new Error(`${typeOf(request.urn)} is not supported by this plugin: use kubernetes:helm.sh/v3:Release`);
    return { inputs: await check(this.session, request), failures: [] };
  }

  async diff(request: DiffRequest): Promise<Difference> {
    return isRelease(request.urn) ? (await releases()).diffReleases(request) : diff(this.session, request);
  }

  async create(request: CreateRequest): Promise<Outcome> {
    return isRelease(request.urn)
      ? (await releases()).createRelease(this.session, request)
      : create(this.session, request);
  }

  async read(request: ReadRequest): Promise<ReadOutcome> {
    return isRelease(request.urn) ? (await releases()).readRelease(this.session, request) : read(this.session, request);
  }

  async update(request: UpdateRequest): Promise<Outcome> {
    return isRelease(request.urn)
      ? (await releases()).updateRelease(this.session, request)
      : update(this.session, request);
  }

  async remove(request: DeleteRequest): Promise<void> {
    return isRelease(request.urn)
      ? (await releases()).removeRelease(this.session, request)
      : remove(this.session, request);
  }

  /** The SDK's functions. Only decoding YAML is one of this plugin's. */
  async invoke(token: string, args: JsonObject): Promise<JsonObject> {
    if (token !== "kubernetes:yaml:decode") throw new Error(`${token} is not supported by this plugin`);
    if (typeof args.text !== "string") throw new Error("missing required field 'text' of type string");
    const { decodeYaml, withNamespace } = await import("./yaml.ts");
    const namespace = typeof args.defaultNamespace === "string" ? args.defaultNamespace : "";
    return { result: withNamespace(this.session, decodeYaml(args.text), namespace) };
  }

  /** Ends whatever is being waited for. */
  cancel(): void {
    this.#cancel.abort();
  }
}
