import { ApiError } from "@canary-lab/kit/kube/client";
import type { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { describeDelivery, type ImageRequest } from "../../../../cluster/images/delivery.ts";
import { findDelivery, findRegistry } from "../../../../cluster/images/find-delivery.ts";

const request: ImageRequest = {
  built: ["versioned-echo:v1", "load-client:v1"],
  place: "Pulumi.dev.yaml",
  ownerAnnotation: "canary-lab/owner",
};
const named = {
  ...request,
  registry: { address: "r.example/team", reason: "imageRegistry in Pulumi.dev.yaml names it" },
};

/** As kind's guide, ctlptl and k3d write it. */
const announcement = (text: string) => ({ data: { "localRegistryHosting.v1": text } });
const kindsGuide = 'host: "localhost:5001"\nhelp: "https://kind.sigs.k8s.io/docs/user/local-registry/"\n';
const k3ds = 'host: "localhost:5000"\nhostFromClusterNetwork: "r:5000"\nhostFromContainerRuntime: "k3d-r:5000"\n';

interface Node {
  readonly arch: string;
  readonly unschedulable?: boolean;
  readonly taint?: string;
}

const nodes = (given: readonly Node[]) => ({
  items: given.map(({ arch, unschedulable = false, taint }) => ({
    metadata: { labels: { "kubernetes.io/arch": arch, "kubernetes.io/os": "linux" } },
    spec: { unschedulable, ...(taint !== undefined && { taints: [{ key: "k", effect: taint }] }) },
  })),
});

/** A cluster that answers these questions, and refuses what is forbidden. */
function clusterWith({
  registry,
  own,
  on = [{ arch: "amd64" }],
}: {
  registry?: object | "forbidden";
  /** The namespace of a registry that a stack brought. */
  own?: object | "forbidden";
  on?: readonly Node[] | "forbidden";
}) {
  const asked: string[] = [];
  const answer = (path: string): unknown => {
    if (path === "/api/v1/namespaces/kube-public/configmaps/local-registry-hosting") return registry;
    if (path === "/api/v1/namespaces/canary-lab-registry") return own;
    if (path === "/api/v1/nodes?labelSelector=kubernetes.io%2Fos%3Dlinux") return on === "forbidden" ? on : nodes(on);
    throw new Error(`asked for ${path}`);
  };
  const get = async <T>(path: string) => {
    asked.push(path);
    const found = answer(path);
    if (found === "forbidden") throw new ApiError(403, "no", path);
    return found as T | undefined;
  };
  return { client: { get }, asked };
}

const deliveryIn = (cluster: Parameters<typeof clusterWith>[0], of: ImageRequest = request) =>
  findDelivery(clusterWith(cluster).client, of);

const refusalIn = (...args: Parameters<typeof deliveryIn>): Promise<UserError> =>
  deliveryIn(...args).then(
    () => Promise.reject(new Error("nothing was refused")),
    (error) => error,
  );

test("a registry that is named goes before the one that the cluster announces, which is not looked for", async () => {
  const { client, asked } = clusterWith({ registry: announcement(kindsGuide) });
  const delivery = await findDelivery(client, named);
  expect(delivery).toEqual({
    push: "r.example/team",
    pull: "r.example/team",
    platform: "linux/amd64",
    reason: "imageRegistry in Pulumi.dev.yaml names it",
  });
  expect(asked).toHaveLength(1);
});

test.each([
  ["one address for both, as kind's guide has it", kindsGuide, "localhost:5001", "localhost:5001"],
  ["the nodes' own, as k3d has it", k3ds, "localhost:5000", "k3d-r:5000"],
])("the registry that the cluster announces: %s", async (_, text, push, pull) => {
  expect(await deliveryIn({ registry: announcement(text) })).toEqual({
    push,
    pull,
    platform: "linux/amd64",
    reason: "the cluster announces it in ConfigMap kube-public/local-registry-hosting",
  });
});

test("the nodes' address of the config goes before the announced one, and before that of a named registry", async () => {
  const pullRegistry = "registry:5000";
  expect((await deliveryIn({ registry: announcement(k3ds) }, { ...request, pullRegistry }))?.pull).toBe(pullRegistry);
  expect(await deliveryIn({}, { ...named, pullRegistry })).toMatchObject({
    push: "r.example/team",
    pull: pullRegistry,
  });
});

test("nothing is asked, and nothing refused, where no image is built", async () => {
  const { client, asked } = clusterWith({ on: "forbidden" });
  expect(await findDelivery(client, { ...request, built: [] })).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each([
  ["there is none", undefined],
  ["it may not be read", "forbidden" as const],
  ["it names no host", announcement("help: https://x.example\n")],
  ["its host is none", announcement("host: 5000\n")],
  ["it is no YAML", announcement("host: [")],
  ["it is of another form", { data: { "localRegistryHosting.v2": kindsGuide } }],
])("without a registry the cluster gets one of its own: %s", async (_, registry) => {
  expect(await deliveryIn(registry === undefined ? {} : { registry })).toEqual({
    pull: "localhost:5101",
    platform: "linux/amd64",
    reason: "neither imageRegistry nor the cluster names another",
  });
});

test("a registry that another stack has brought is told by that stack, where its namespace may be read", async () => {
  const own = { metadata: { annotations: { "canary-lab/owner": "organization/canary-lab/dev" } } };
  expect(await deliveryIn({ own })).toMatchObject({ pull: "localhost:5101", broughtBy: "organization/canary-lab/dev" });
  for (const other of ["forbidden", { metadata: {} }] as const)
    expect(await deliveryIn({ own: other })).not.toHaveProperty("broughtBy");
});

test.each([
  ["the one of all nodes", [{ arch: "arm64" }, { arch: "arm64" }], "linux/arm64"],
  ["the one of nodes that take pods", [{ arch: "arm64" }, { arch: "amd64", taint: "NoSchedule" }], "linux/arm64"],
  ["a taint that only advises counts not", [{ arch: "arm64", taint: "PreferNoSchedule" }], "linux/arm64"],
  ["that of closed nodes, where all are", [{ arch: "arm64", unschedulable: true }], "linux/arm64"],
  ["the builder's own, where the nodes may not be read", "forbidden" as const, undefined],
])("the platform is %s", async (_, on, platform) => {
  expect((await deliveryIn({ on }, named))?.platform).toBe(platform);
});

test("nodes of several architectures need a word on which is meant", async () => {
  const on = [{ arch: "arm64" }, { arch: "amd64" }, { arch: "amd64" }];
  expect(await refusalIn({ on }, named)).toMatchObject({
    message: "The cluster has nodes for linux/amd64 and linux/arm64, and an image is built for one of them.",
    place: "imagePlatform in Pulumi.dev.yaml",
    allowed: "linux/amd64, linux/arm64; or images that need no build",
    next: "npx canaryctl config set imagePlatform linux/amd64 && npx canaryctl up\nnpx canaryctl config set imagePlatform linux/arm64 && npx canaryctl up",
  });
  const { client, asked } = clusterWith({ on });
  expect((await findDelivery(client, { ...named, platform: "linux/arm64" }))?.platform).toBe("linux/arm64");
  expect(asked).toEqual([]);
});

test("another failure of the cluster is not taken for silence", async () => {
  const get = () => Promise.reject(new ApiError(500, "down", "/api"));
  await expect(findDelivery({ get }, named)).rejects.toThrow("down");
});

test("a stack that builds nothing has a registry all the same, and none is no fault", async () => {
  expect(await findRegistry(clusterWith({ registry: announcement(k3ds) }).client, {})).toMatchObject({
    push: "localhost:5000",
    pull: "k3d-r:5000",
  });
  expect(await findRegistry(clusterWith({}).client, {})).toBeUndefined();
});

test.each([
  [{ push: "r:5000", pull: "r:5000", reason: "why" }, "Images are pushed to r:5000: why."],
  [
    { push: "localhost:5000", pull: "k3d-r:5000", platform: "linux/arm64", reason: "why" },
    "Images are built for linux/arm64 and pushed to localhost:5000, which the nodes name k3d-r:5000: why.",
  ],
  [
    { pull: "localhost:5101", reason: "why" },
    "Images are pushed to the cluster's own registry through its API server, which the nodes name localhost:5101: why.",
  ],
])("what `up` prints of %j", (delivery, line) => expect(describeDelivery(delivery)).toBe(line));
