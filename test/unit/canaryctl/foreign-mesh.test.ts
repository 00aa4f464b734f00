import { expect, test } from "@jest/globals";
import type { ExportedState } from "../../../canaryctl/src/engine/pending.ts";
import { refuseForeignMesh } from "../../../canaryctl/src/foreign-mesh.ts";
import type { Lab } from "../../../canaryctl/src/lab.ts";
import { fakeLab } from "./fake-lab.ts";

const resource = {
  urn: "urn:pulumi:dev::canary-lab::canary-lab:mesh:Istio$kubernetes:core/v1:Namespace::istio-system-namespace",
  type: "kubernetes:core/v1:Namespace",
};

function labWith(deployment: ExportedState["deployment"] | undefined, mesh?: object, changes = {}): Lab {
  const state = { read: () => deployment && { version: 3, deployment } } as unknown as Lab["state"];
  const objects = mesh ? { "/api/v1/namespaces/istio-system": { metadata: mesh } } : {};
  return fakeLab({ state, objects, changes }).lab;
}

const ofProd = { annotations: { "canary-lab/owner": "organization/canary-lab/prod" } };

test.each([
  ["without a state", undefined],
  ["with an empty one", {}],
])("a stack %s is refused a cluster that has a mesh, and told whose it is", async (_case, deployment) => {
  await expect(refuseForeignMesh(labWith(deployment, ofProd))).rejects.toMatchObject({
    message: expect.stringMatching(/part of the platform of stack organization\/canary-lab\/prod/),
    next: "npx canaryctl config set platform prod && npx canaryctl up",
  });
  await expect(refuseForeignMesh(labWith(deployment, {}))).rejects.toThrow(/no stack of this project made it/);
  await refuseForeignMesh(labWith(deployment));
});

test("a stack that is to use the mesh of another is not refused it", async () => {
  await refuseForeignMesh(labWith(undefined, ofProd, { platform: "prod" }));
});

test.each([
  ["has made", { resources: [resource] }],
  ["was making when it was stopped", { pending_operations: [{ type: "creating", resource }] }],
])("the mesh that the stack %s is its own", async (_case, deployment) => {
  await refuseForeignMesh(labWith(deployment, ofProd));
});
