import { describe, expect, test } from "@jest/globals";
import { refuseWithoutIngress, refuseWithoutIngressClass } from "../../../canaryctl/src/ingress-controller.ts";
import { fakeLab } from "./fake-lab.ts";

const file = "Pulumi.dev.yaml";
const nginx = { strategy: "nginx-header" } as const;

describe("nginx-header without its controller", () => {
  test("is refused before a cluster is made that cannot have it", () => {
    expect(() => refuseWithoutIngress("embedded", true, nginx, file)).toThrow("cannot run on the embedded cluster");
    expect(() => refuseWithoutIngress("kind", false, nginx, file)).toThrow("which a new kind cluster does not have");
    for (const [target, isThere] of [
      ["kind", true],
      ["existing", false],
    ] as const)
      expect(() => refuseWithoutIngress(target, isThere, nginx, file)).not.toThrow();
    expect(() => refuseWithoutIngress("kind", false, { strategy: "istio" }, file)).not.toThrow();
  });

  test("is refused in a cluster that is there, by what the cluster has", async () => {
    const { lab } = fakeLab({ changes: nginx });
    await expect(refuseWithoutIngressClass(lab)).rejects.toMatchObject({
      message:
        "Strategy nginx-header needs ingress-nginx: the cluster of context canary-lab has no IngressClass nginx.",
      next: "npx canaryctl config set strategy gateway-api && npx canaryctl up",
    });
    const path = "/apis/networking.k8s.io/v1/ingressclasses/nginx";
    const withClass = (controller: string) =>
      refuseWithoutIngressClass(fakeLab({ changes: nginx, objects: { [path]: { spec: { controller } } } }).lab);
    await expect(withClass("k8s.io/ingress-nginx")).resolves.toBeUndefined();
    // F5's takes the same name of a class by default, and none of these annotations.
    await expect(withClass("nginx.org/ingress-controller")).rejects.toThrow(
      "has IngressClass nginx of another controller, nginx.org/ingress-controller.",
    );
    await expect(refuseWithoutIngressClass(fakeLab().lab)).resolves.toBeUndefined();
  });
});
