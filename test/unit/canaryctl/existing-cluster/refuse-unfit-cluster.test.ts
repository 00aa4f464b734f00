import { ApiError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { refuseUnfitCluster } from "../../../../canaryctl/src/existing-cluster/refuse-unfit-cluster.ts";
import type { TargetName } from "../../../../cluster/target.ts";
import { parseConfig, type RawConfig } from "../../../../stacks/config/parse-config.ts";
import { neededRights } from "../../../../stacks/needed-rights.ts";

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

const node = (architecture: string, unschedulable = false) => ({
  spec: { unschedulable },
  status: { nodeInfo: { architecture, operatingSystem: "linux" } },
});
const quotasPath = "/api/v1/namespaces/canary-lab/resourcequotas";
const quota = (hard: Readonly<Record<string, string>>) => ({ items: [{ metadata: { name: "team" }, spec: { hard } }] });

/** A cluster that allows what `may` says, and what it was asked about. */
function clusterWith(may: (asked: Attributes) => boolean, objects: Readonly<Record<string, object>> = {}) {
  const asked: Attributes[] = [];
  const client = {
    async create<T>(path: string, object: object): Promise<T> {
      expect(path).toBe("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
      const { spec } = object as { readonly spec: { readonly resourceAttributes: Attributes } };
      asked.push(spec.resourceAttributes);
      return { status: { allowed: may(spec.resourceAttributes) } } as T;
    },
    async get<T>(path: string): Promise<T | undefined> {
      return { "/api/v1/nodes": { items: [node("amd64")] }, [quotasPath]: { items: [] }, ...objects }[path] as T;
    },
  };
  return { client, asked };
}

const admin = () => true;

function look(cluster: ReturnType<typeof clusterWith>, values: RawConfig = {}, target: TargetName = "existing") {
  const environment = { target, reason: "", kubeconfig: "/k", kubeContext: "theirs", path: [], variables: {} };
  return refuseUnfitCluster({ config: parseConfig(values), environment }, undefined, cluster.client, {
    own: environment,
  });
}

async function refusal(...args: Parameters<typeof look>): Promise<UserError> {
  const error = await look(...args).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe("rights", () => {
  test("an administrator is asked about once", async () => {
    const cluster = clusterWith(admin);
    await look(cluster);
    expect(cluster.asked).toEqual([{ verb: "*", group: "*", resource: "*" }]);
  });

  test("anybody else is asked about each right, by group, subresource and namespace", async () => {
    const cluster = clusterWith(({ verb }) => verb !== "*");
    await look(cluster, { strategy: "rollout-canary", platform: "dev" });
    expect(cluster.asked).toHaveLength(
      neededRights(parseConfig({ strategy: "rollout-canary", platform: "dev" }), 36).length + 1,
    );
    expect(cluster.asked).toContainEqual({
      verb: "patch",
      group: "argoproj.io",
      resource: "rollouts",
      subresource: "status",
      namespace: "canary-lab",
    });
    expect(cluster.asked).toContainEqual({ verb: "create", group: "", resource: "namespaces" });
  });

  // Kubernetes asks for `create` on top of the `get` of a WebSocket since 1.35 (kubernetes/kubernetes#134577).
  test.each<[version: object | undefined, verbs: readonly string[]]>([
    [{ major: "1", minor: "34" }, ["get"]],
    [{ major: "1", minor: "35+" }, ["get", "create"]],
    [{ major: "1", minor: "36" }, ["get", "create"]],
    [undefined, ["get", "create"]],
  ])("with version %j, a way into a pod needs %j", async (version, verbs) => {
    const cluster = clusterWith(({ verb }) => verb !== "*", version && { "/version": version });
    await look(cluster);
    const asked = Map.groupBy(
      cluster.asked.filter(({ subresource }) => subresource === "portforward"),
      ({ namespace }) => namespace,
    );
    expect([...asked.keys()]).toEqual(["canary-lab", "istio-ingress"]);
    for (const rights of asked.values()) expect(rights.map(({ verb }) => verb)).toEqual(verbs);
  });

  test("what is missing is named with its verbs and place, and how to ask for it", async () => {
    const may = ({ verb, resource }: Attributes) =>
      verb !== "*" && !(resource === "namespaces" && verb !== "get") && !(resource === "pods" && verb === "delete");
    const { message, next, allowed } = await refusal(clusterWith(may), { platform: "dev" });
    expect(message.split("\n  - ")).toEqual([
      "This account lacks rights that the stack needs:",
      "create, patch, delete, list, watch namespaces in the cluster",
      "delete pods in namespace canary-lab",
    ]);
    expect(allowed).toContain("cluster-admin");
    expect(next).toBe("kubectl --kubeconfig /k --context theirs auth can-i create namespaces");
  });

  test("where nobody may ask, nothing is concluded", async () => {
    const cluster = clusterWith(admin);
    const create = () => Promise.reject(new ApiError(403, "no", "POST", undefined));
    await expect(look({ ...cluster, client: { ...cluster.client, create } })).resolves.toBeUndefined();
  });
});

describe("nodes", () => {
  test("of another processor, or closed, cannot run the mesh that the stack installs", async () => {
    const cluster = clusterWith(admin, { "/api/v1/nodes": { items: [node("s390x"), node("amd64", true)] } });
    expect(await refusal(cluster)).toMatchObject({
      message: "No node of the cluster can run the mesh: it has linux/s390x.",
      allowed: "a node that takes pods, of linux/amd64 or linux/arm64",
    });
    await expect(look(cluster, { platform: "dev" })).resolves.toBeUndefined();
  });

  test("that are still to come are waited for by the pods: an autoscaler makes them", async () => {
    await expect(look(clusterWith(admin, { "/api/v1/nodes": { items: [] } }))).resolves.toBeUndefined();
  });

  test("that may not be read say nothing", async () => {
    const cluster = clusterWith(admin);
    const get = () => Promise.reject(new ApiError(403, "no", "GET /api/v1/nodes", undefined));
    await expect(look({ ...cluster, client: { ...cluster.client, get } })).resolves.toBeUndefined();
  });
});

describe("a quota", () => {
  test.each([
    ["pods", { pods: "4" }, {}, 5],
    ["count/pods", { "count/pods": "5" }, { replicas: 3 }, 6],
    ["without a canary", { pods: "2" }, { canaryEnabled: false, canaryWeight: 0 }, 3],
    ["shared pods", { pods: "2" }, { strategy: "replica-ratio", canaryEnabled: false, canaryWeight: 0 }, 3],
  ] as const)("below the stack's pods is refused: %s", async (_case, hard, values, pods) => {
    const { message, next } = await refusal(clusterWith(admin, { [quotasPath]: quota(hard) }), values);
    expect(message).toBe(`ResourceQuota team allows ${Object.values(hard)[0]} pods, and the stack has ${pods}.`);
    expect(next).toBe("kubectl --kubeconfig /k --context theirs --namespace canary-lab describe resourcequota team");
  });

  test("has two limits of pods, and the one that is too low counts", async () => {
    const { message } = await refusal(clusterWith(admin, { [quotasPath]: quota({ pods: "10", "count/pods": "3" }) }));
    expect(message).toBe("ResourceQuota team allows 3 pods, and the stack has 5.");
  });

  const roomy: readonly Readonly<Record<string, string>>[] = [
    { pods: "5" },
    { pods: "1k" }, // as the API server writes 1000
    { "count/pods": "2M" },
    { "requests.cpu": "1" },
    {},
  ];

  test.each(roomy)("that leaves room, or is about something else, is none: %j", async (hard) => {
    await expect(look(clusterWith(admin, { [quotasPath]: quota(hard) }))).resolves.toBeUndefined();
  });

  test("of the stack's own is none: it grows with the stack", async () => {
    const [item] = quota({ pods: "0" }).items;
    const own = { items: [{ ...item, metadata: { name: "versioned-echo-quota" } }] };
    await expect(look(clusterWith(admin, { [quotasPath]: own }))).resolves.toBeUndefined();
  });

  test.each([
    { scopes: ["BestEffort"] },
    { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] } },
  ])("of some pods only is none: %j", async (scope) => {
    const [item] = quota({ pods: "0" }).items;
    const scoped = { items: [{ ...item, spec: { ...item?.spec, ...scope } }] };
    await expect(look(clusterWith(admin, { [quotasPath]: scoped }))).resolves.toBeUndefined();
  });
});

test("a cluster that the lab makes is not asked", async () => {
  const cluster = clusterWith(() => false);
  await look(cluster, {}, "kind");
  expect(cluster.asked).toEqual([]);
});

test("all that is in the way is named at once", async () => {
  const cluster = clusterWith(() => false, {
    "/api/v1/nodes": { items: [node("s390x")] },
    [quotasPath]: quota({ pods: "1" }),
  });
  expect((await refusal(cluster)).message).toMatch(/^3 things are in the way:/);
});
