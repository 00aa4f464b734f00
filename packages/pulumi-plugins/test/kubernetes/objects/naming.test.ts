import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../src/json.ts";
import type { Cluster } from "../../../src/kubernetes/api/cluster.ts";
import { adoptName, assignName, proposedName } from "../../../src/kubernetes/objects/naming.ts";
import {
  idOf,
  isBuiltIn,
  isLikelyNamespaced,
  isPatch,
  kindOfType,
  parseId,
} from "../../../src/kubernetes/objects/objects.ts";
import { typeOf } from "../../../src/values.ts";

const urn = "urn:pulumi:dev::lab::kubernetes:core/v1:ConfigMap::settings";
const having = (...names: string[]): Cluster =>
  ({
    get: async (object: JsonObject) => {
      if (!names.includes(String((object.metadata as JsonObject).name))) throw new Error("not found");
      return object;
    },
  }) as unknown as Cluster;
const fresh = (): JsonObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "conf" } });

describe("names", () => {
  test("a generated name is the resource's own and eight hex digits, the same in preview and update", async () => {
    const [first, second] = [fresh(), fresh()];
    await assignName(urn, first, having(), undefined);
    await assignName(urn, second, having(), undefined);
    expect(first).toEqual({
      ...fresh(),
      metadata: {
        namespace: "conf",
        name: expect.stringMatching(/^settings-[0-9a-f]{8}$/),
        annotations: { "pulumi.com/autonamed": "true" },
      },
    });
    expect(second).toEqual(first);
  });

  test("while the old object is still there its replacement has another name", async () => {
    const object = fresh();
    await assignName(urn, object, having(proposedName(urn, 0)), undefined);
    expect(idOf(object)).toBe(`conf/${proposedName(urn, 1)}`);
  });

  test("a name of the program's or of the engine's own choice is kept", async () => {
    const named = { ...fresh(), metadata: { name: "mine" } };
    await assignName(urn, named, having(), undefined);
    expect(named.metadata).toEqual({ name: "mine" });
    const proposed = fresh();
    await assignName(urn, proposed, having(), { mode: "propose", proposedName: "theirs" });
    expect(idOf(proposed)).toBe("conf/theirs");
    await expect(assignName(urn, fresh(), having(), { mode: "disable", proposedName: "" })).rejects.toThrow(
      "autonaming is disabled",
    );
  });

  test("a resource keeps the name that was generated for it, not one that the program gave it before", () => {
    const object = fresh();
    adoptName(object, { metadata: { name: "settings-00000000", annotations: { "pulumi.com/autonamed": "true" } } });
    expect(idOf(object)).toBe("conf/settings-00000000");
    const other = fresh();
    adoptName(other, { metadata: { name: "mine" } });
    expect(other).toEqual(fresh());
  });
});

describe("identity", () => {
  test("ids, types and groups", () => {
    expect(parseId("conf/a")).toEqual({ namespace: "conf", name: "a" });
    expect(parseId("a")).toEqual({ namespace: "", name: "a" });
    expect(typeOf("urn:pulumi:dev::lab::my:Component$kubernetes:apps/v1:Deployment::a::b")).toBe(
      "kubernetes:apps/v1:Deployment",
    );
    expect(kindOfType("kubernetes:core/v1:Service")).toEqual({ apiVersion: "v1", kind: "Service" });
    expect(isBuiltIn("rbac.authorization.k8s.io/v1")).toBe(true);
    expect(isBuiltIn("gateway.networking.k8s.io/v1")).toBe(false);
    expect(isLikelyNamespaced("v1", "Namespace")).toBe(false);
    expect(isLikelyNamespaced("storage.k8s.io/v1", "StorageClass")).toBe(false);
    expect(isLikelyNamespaced("lab.example/v1", "FooClass")).toBe(true);
  });

  test("a Patch resource is known by its type, not by the end of a kind's name", () => {
    expect(isPatch("urn:pulumi:s::p::kubernetes:core/v1:ConfigMapPatch::a", { kind: "ConfigMap" })).toBe(true);
    expect(isPatch("urn:pulumi:s::p::kubernetes:lab.example/v1:RoutePatch::a", { kind: "RoutePatch" })).toBe(false);
  });
});
