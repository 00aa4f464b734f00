import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import type { EngineLog } from "../engine.ts";
import type { JsonObject } from "../json.ts";
import { typeOf } from "../values.ts";
import { type CheckRequest, check } from "./operations/check.ts";
import type { Component } from "./operations/construct.ts";
import { type CreateRequest, create, type Outcome } from "./operations/create.ts";
import { type Difference, type DiffRequest, diff } from "./operations/diff.ts";
import { type ReadOutcome, type ReadRequest, read } from "./operations/read.ts";
import { type DeleteRequest, remove } from "./operations/remove.ts";
import { type UpdateRequest, update } from "./operations/update.ts";
import { openSession, type Session } from "./session.ts";
import { type CheckFailure, readSettings } from "./settings.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";
const isRelease = (urn: string): boolean => typeOf(urn) === releaseType;
/** Releases need a YAML parser and more: loaded when there is one. */
const releases = () => import("./helm/releases.ts");

/** Resources of the SDK that are no objects of a cluster. */
const refused = /^kubernetes:(helm\.sh|kustomize|yaml)(\/|:)/;

const notSupported = (what: string): Error =>
  new Error(
    `${what} is not supported by this substitute of the Kubernetes plugin; its README says what is, and how to install the real one`,
  );

/** The provider behind the plugin's RPCs: sends each to plain objects or to Helm releases. */
export class Provider {
  readonly engine: EngineLog;
  readonly #cancel = new AbortController();
  #session: Session | undefined;

  constructor(engine: EngineLog) {
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
    if (refused.test(typeOf(request.urn))) throw notSupported(typeOf(request.urn));
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

  /** Components that hold the objects of YAML texts and of charts. */
  async construct(request: ConstructRequest): Promise<Component> {
    const { construct, isComponent } = await import("./operations/construct.ts");
    if (!isComponent(request.getType())) throw notSupported(request.getType());
    return construct(this.session, request);
  }

  /** The SDK's functions. Only decoding YAML is one of this plugin's. */
  async invoke(token: string, args: JsonObject): Promise<JsonObject> {
    if (token !== "kubernetes:yaml:decode") throw notSupported(token);
    if (typeof args.text !== "string") throw new Error("missing required field 'text' of type string");
    const { decodeYaml, withNamespace } = await import("./objects/yaml.ts");
    const namespace = typeof args.defaultNamespace === "string" ? args.defaultNamespace : "";
    return { result: withNamespace(this.session, decodeYaml(args.text), namespace) };
  }

  /** Ends whatever is being waited for. */
  cancel(): void {
    this.#cancel.abort();
  }
}
