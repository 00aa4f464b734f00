import { expect, test } from "@jest/globals";
import { clusterRegistry } from "../../../../cluster/images/cluster-registry.ts";
import {
  renderMirror,
  renderRegistry,
  renderRegistryConfig,
  renderRegistryPolicy,
} from "../../../../components/image-registry/render-image-registry.ts";
import { registryObjects } from "../../../../stacks/made-objects.ts";
import { typeOf } from "../../../e2e/support/manifests.ts";
import { sampleConfig } from "../../stacks/sample-config.ts";
import { type Registered, register } from "../mocks.ts";

const spec = { ...clusterRegistry, image: "registry:3.0.0" };
const id = `sha256:${"b".repeat(64)}`;

/** The program's images where this stack brings the registry, or another one has; what its pods run. */
async function images(broughtBy?: string, live: object = {}) {
  const { promise: reference, resolve } = Promise.withResolvers<string>();
  const all = await register(
    async () => {
      const k8s = await import("@pulumi/kubernetes");
      const { createDelivery } = await import("../../../../stacks/cluster-registry.ts");
      const { BuiltImage } = await import("../../../../components/image/built-image.ts");
      const delivery = { pull: "localhost:5101", reason: "", ...(broughtBy !== undefined && { broughtBy }) };
      const cluster = new k8s.Provider("cluster", {});
      const way = createDelivery(sampleConfig, { cluster }, live, delivery);
      new BuiltImage("stable-image", { reference: "versioned-echo:v1", delivery: way }).reference.apply(resolve);
    },
    { outputs: { "docker:index/image:Image": { repoDigest: id } } },
  );
  return { all, reference: await reference };
}

test("the registry is made in a namespace of its own, of the objects that rights are asked for", async () => {
  const { all } = await images();
  const inside = [...all.values()].filter(({ inputs }) => inputs.metadata?.namespace === clusterRegistry.namespace);
  const made = (of: Registered) => {
    const { apiVersion, kind } = typeOf(of.type);
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
    return `${kind.toLowerCase().replace(/y$/, "ie")}s${group}`;
  };
  expect([...new Set(inside.map(made))].sort()).toEqual(registryObjects.map(({ resource }) => resource).sort());
  expect(all.get("image-registry-namespace")?.inputs.metadata).toEqual({
    name: "canary-lab-registry",
    labels: { "pod-security.kubernetes.io/enforce": "privileged" },
    annotations: { "canary-lab/owner": "organization/canary-lab/test" },
  });
  // A mirror ends where the registry does not answer.
  expect(all.get("image-registry-mirror")?.dependencies).toContain("image-registry-deployment");
});

test("an image is built without a push, and named as what brings it into the registry names it", async () => {
  const given: object[] = [];
  const deliver = async (image: object) => {
    given.push(image);
    return `localhost:5101/versioned-echo@${id}`;
  };
  const { all, reference } = await images(undefined, { deliver });
  expect(all.get("stable-image-build")?.inputs).toMatchObject({ imageName: "versioned-echo:v1", skipPush: true });
  expect(given).toEqual([{ id, reference: "versioned-echo:v1" }]);
  expect(reference).toBe(`localhost:5101/versioned-echo@${id}`);
});

test("a registry that another stack brought is used as it is, and one's own stays", async () => {
  expect((await images("organization/canary-lab/dev")).all.has("image-registry")).toBe(false);
  expect((await images("organization/canary-lab/test")).all.has("image-registry")).toBe(true);
});

test("images are taken on the pod's loopback only, and on the node's loopback only handed out", () => {
  const { data } = renderRegistryConfig(spec);
  const [push, read, mirror] = [data.push, data.read, data.mirror].map((text) => JSON.parse(text));
  expect([push.http.addr, read.http.addr, mirror.http.addr]).toEqual(["127.0.0.1:5000", ":5001", "127.0.0.1:5101"]);
  expect(read.storage.maintenance.readonly).toEqual({ enabled: true });
  expect(mirror.proxy).toEqual({ remoteurl: "http://registry.canary-lab-registry.svc:5001" });
  expect(renderRegistryPolicy(spec).spec).toEqual({
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ protocol: "TCP", port: 5001 }] }],
  });
});

test("no container is root, writes its image, or has a token", () => {
  for (const pod of [renderRegistry(spec), renderMirror(spec)].map(({ spec: { template } }) => template.spec)) {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod.securityContext.seccompProfile).toEqual({ type: "RuntimeDefault" });
    for (const { securityContext } of pod.containers) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
    }
  }
  const { hostNetwork, containers } = renderMirror(spec).spec.template.spec;
  expect([hostNetwork, containers[0]?.ports]).toEqual([
    true,
    [{ name: "mirror", containerPort: 5101, hostPort: 5101, hostIP: "127.0.0.1" }],
  ]);
});
