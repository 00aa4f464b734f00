import { expect, test } from "@jest/globals";
import type { ExportedState } from "../../../canaryctl/src/engine/pending.ts";
import { refuseForeignMesh } from "../../../canaryctl/src/foreign-mesh.ts";
import type { Lab } from "../../../canaryctl/src/lab.ts";
import { fakeLab } from "./fake-lab.ts";

const resource = {
  urn: "urn:pulumi:dev::canary-lab::canary-lab:mesh:Istio$kubernetes:core/v1:Namespace::istio-system-namespace",
  type: "kubernetes:core/v1:Namespace",
};

function labWith(deployment: ExportedState["deployment"] | undefined, hasMesh = true): Lab {
  const state = { read: () => deployment && { version: 3, deployment } } as unknown as Lab["state"];
  return fakeLab({ state, objects: hasMesh ? { "/api/v1/namespaces/istio-system": { metadata: {} } } : {} }).lab;
}

test.each([
  ["without a state", undefined],
  ["with an empty one", {}],
])("a stack %s is refused a cluster that has a mesh, and told whose it is", async (_case, deployment) => {
  await expect(refuseForeignMesh(labWith(deployment), ["prod"])).rejects.toMatchObject({
    message: expect.stringMatching(/has a mesh already, of stack prod/),
    next: "npx canaryctl --stack prod status\nkubectl get namespace istio-system --show-labels",
  });
  await expect(refuseForeignMesh(labWith(deployment), [])).rejects.toThrow(/of somebody else/);
  await refuseForeignMesh(labWith(deployment, false), ["prod"]);
});

test.each([
  ["has made", { resources: [resource] }],
  ["was making when it was stopped", { pending_operations: [{ type: "creating", resource }] }],
])("the mesh that the stack %s is its own", async (_case, deployment) => {
  await refuseForeignMesh(labWith(deployment), ["prod"]);
});
