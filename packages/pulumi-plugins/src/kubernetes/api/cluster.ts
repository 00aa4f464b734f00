import { ApiServer, type Call, type WatchEvent } from "@canary-lab/kit/kube/api-server";
import type { Connection } from "@canary-lab/kit/kube/connection";
import { until } from "@canary-lab/kit/until";
import { at, type JsonObject, listAt, textAt } from "../../json.ts";
import {
  apiVersionOf,
  isBuiltIn,
  isLikelyNamespaced,
  type KubeObject,
  kindOf,
  nameOf,
  namespaceOf,
} from "../objects/objects.ts";
import { Schemas } from "./schemas.ts";

/** The API server has no such kind, for example because its CRD is not there yet. */
export class NoMatchError extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.name = "NoMatchError";
  }
}

interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface WriteOptions {
  readonly dryRun: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly manager: string;
  readonly force: boolean;
}

/** How long a kind whose CRD exists may take to be served. */
const lateKindSeconds = 15;

const keyOf = (apiVersion: string, kind: string): string => `${apiVersion}/${kind}`;
const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
const writeQuery = ({ dryRun }: WriteOptions): Record<string, string> => (dryRun ? { dryRun: "All" } : {});

/** The cluster's objects by kind and name: what the API server serves is asked once, and again when something is missing. */
export class Cluster {
  readonly client: ApiServer;
  readonly schemas: Schemas;
  #kinds = new Map<string, Kind>();
  /** Scopes that the program's own CRDs announce, before they are installed. */
  readonly #announced = new Map<string, boolean>();

  constructor(connection: Connection) {
    this.client = new ApiServer(async () => connection, { userAgent: "pulumi-kubernetes" });
    this.schemas = new Schemas(this.client);
  }

  /** Asks what kinds there are, in two calls (aggregated discovery, Kubernetes 1.27 and later). */
  async discover(): Promise<void> {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    const answers = await Promise.all(["/api", "/apis"].map((path) => this.client.call<JsonObject>(path, { accept })));
    const kinds = new Map<string, Kind>();
    for (const answer of answers) {
      if (textAt(answer, "kind") !== "APIGroupDiscoveryList")
        throw new Error("the API server is older than Kubernetes 1.27");
      for (const group of listAt(answer, "items")) {
        const name = textAt(group, "metadata", "name");
        for (const version of listAt(group, "versions")) {
          const apiVersion = [name, textAt(version, "version")].filter(Boolean).join("/");
          for (const resource of listAt(version, "resources")) {
            const kind = {
              plural: textAt(resource, "resource"),
              namespaced: textAt(resource, "scope") === "Namespaced",
            };
            kinds.set(keyOf(apiVersion, textAt(resource, "responseKind", "kind")), kind);
          }
        }
      }
    }
    this.#kinds = kinds;
  }

  announce(definition: KubeObject): void {
    const key = keyOf(textAt(definition, "spec", "group"), textAt(definition, "spec", "names", "kind"));
    this.#announced.set(key, textAt(definition, "spec", "scope") !== "Cluster");
  }

  serves(apiVersion: string, kind: string): boolean {
    return this.#kinds.has(keyOf(apiVersion, kind));
  }

  isNamespaced(apiVersion: string, kind: string): boolean {
    return (
      this.#kinds.get(keyOf(apiVersion, kind))?.namespaced ??
      this.#announced.get(keyOf(apiVersion.split("/")[0] ?? "", kind)) ??
      isLikelyNamespaced(apiVersion, kind)
    );
  }

  /** The URL path of a collection, or of one object in it. Throws {@link NoMatchError}. */
  async path(apiVersion: string, kind: string, namespace: string, name = ""): Promise<string> {
    if (!this.serves(apiVersion, kind)) await this.#discoverUntil(apiVersion, kind);
    const found = this.#kinds.get(keyOf(apiVersion, kind));
    if (!found) throw new NoMatchError(apiVersion, kind);
    const scope = found.namespaced && (namespace || name) ? `/namespaces/${namespace || "default"}` : "";
    return `${rootOf(apiVersion)}${scope}/${found.plural}${name && `/${name}`}`;
  }

  /**
   * Asks again what kinds there are. A kind whose CRD exists is waited for a while: an API server that has just started serves
   * them late, and must not be taken for one from which they were removed.
   */
  async #discoverUntil(apiVersion: string, kind: string): Promise<void> {
    await this.discover();
    if (this.serves(apiVersion, kind) || isBuiltIn(apiVersion)) return;
    const definitions = await this.list({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      namespace: "",
    });
    const group = apiVersion.split("/")[0];
    const isDefined = definitions.some(
      (one) =>
        textAt(one, "spec", "group") === group &&
        textAt(one, "spec", "names", "kind") === kind &&
        !at(one, "metadata", "deletionTimestamp"),
    );
    if (!isDefined) return;
    const look = async () => {
      await this.discover();
      return this.serves(apiVersion, kind);
    };
    await until(look, { seconds: lateKindSeconds });
  }

  async #onObject(object: KubeObject, call: Call): Promise<KubeObject> {
    return this.client.call(
      await this.path(apiVersionOf(object), kindOf(object), namespaceOf(object), nameOf(object)),
      call,
    );
  }

  get(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    return this.#onObject(object, { ...(signal && { signal }) });
  }

  async create(object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    const path = await this.path(apiVersionOf(object), kindOf(object), namespaceOf(object) || "default");
    return this.client.call(path, {
      method: "POST",
      body: object,
      query: { ...writeQuery(options), fieldManager: options.manager },
    });
  }

  /** Server-side apply: the fields of this object are this manager's, and those it no longer names are gone. */
  apply(object: KubeObject, { manager, force, ...options }: ApplyOptions): Promise<KubeObject> {
    const query = { ...writeQuery(options), fieldManager: manager, force: String(force) };
    return this.#onObject(object, {
      method: "PATCH",
      contentType: "application/apply-patch+yaml",
      body: object,
      query,
    });
  }

  replace(object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    return this.#onObject(object, {
      method: "PUT",
      body: object,
      query: { ...writeQuery(options), fieldManager: options.manager },
    });
  }

  /** RFC 7386 for an object, RFC 6902 for a list of operations. */
  patch(
    object: KubeObject,
    patch: JsonObject | JsonObject[],
    options: Partial<ApplyOptions> = {},
  ): Promise<KubeObject> {
    const contentType = Array.isArray(patch) ? "application/json-patch+json" : "application/merge-patch+json";
    const query = { ...writeQuery({ dryRun: options.dryRun ?? false }), fieldManager: options.manager };
    return this.#onObject(object, { method: "PATCH", contentType, body: patch, query });
  }

  delete(object: KubeObject, propagationPolicy: string): Promise<KubeObject> {
    return this.#onObject(object, {
      method: "DELETE",
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy },
    });
  }

  async list(selection: Selection): Promise<KubeObject[]> {
    return itemsOf(
      selection,
      await this.client.call<JsonObject>(await this.#collection(selection), { query: queryOf(selection) }),
    );
  }

  /** Lists a collection and follows its changes until the signal; a watch that ends is opened again, with a new list. */
  async follow(selection: Selection, observer: Observer, signal: AbortSignal): Promise<void> {
    const path = await this.#collection(selection);
    const query = queryOf(selection);
    while (!signal.aborted) {
      const list = await this.client.call<JsonObject>(path, { query, signal });
      observer.onList(itemsOf(selection, list));
      const resourceVersion = textAt(list, "metadata", "resourceVersion");
      const onEvent = (event: WatchEvent<JsonObject>) => event.type !== "ERROR" && observer.onEvent(event);
      await this.client.watch(path, { ...query, resourceVersion }, onEvent, signal);
    }
  }

  #collection({ apiVersion, kind, namespace }: Selection): Promise<string> {
    return this.path(apiVersion, kind, namespace);
  }
}

const queryOf = ({ name, labels }: Selection) => ({
  fieldSelector: name && `metadata.name=${name}`,
  labelSelector: labels,
});

/** The objects of a list, which leaves out what all of them are. */
const itemsOf = ({ apiVersion, kind }: Selection, list: JsonObject): KubeObject[] =>
  listAt(list, "items").map((item) => ({ apiVersion, kind, ...(item as JsonObject) }));

export interface Observer {
  onList(objects: readonly KubeObject[]): void;
  onEvent(event: WatchEvent<JsonObject>): void;
}

/** Some objects of one kind in one namespace (or in the cluster, where it is empty), by name or by label selector. */
export interface Selection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name?: string;
  readonly labels?: string;
}
