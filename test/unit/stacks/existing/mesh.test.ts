import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { existingFacts } from "../../../../stacks/existing/facts.ts";
import type { ExistingObjects } from "../../../../stacks/existing/objects.ts";
import { sampleConfig } from "../sample-config.ts";
import { clusterWith, type Installation, together } from "./recorded.ts";

const find = (objects: ExistingObjects, change: Partial<LabConfig> = {}) =>
  existingFacts(objects, { ...sampleConfig, platform: "existing", ...change });

const facts = (objects: ExistingObjects, change?: Partial<LabConfig>) => {
  const found = find(objects, change);
  if ("faults" in found) throw new Error(JSON.stringify(found.faults));
  return found.facts;
};

const faults = (objects: ExistingObjects, change?: Partial<LabConfig>) => {
  const found = find(objects, change);
  return "faults" in found ? found.faults : [];
};

describe("Istio is found as it was installed", () => {
  const enabled = { "istio-injection": "enabled" };
  test.each<readonly [Installation, Record<string, string>, string, string]>([
    ["istioctl", enabled, "istiod", "istio-system"],
    ["demo", enabled, "istiod", "istio-system"],
    ["istioctl-revision", { "istio.io/rev": "1-29-1" }, "istiod-1-29-1", "istio-system"],
    ["helm", enabled, "istiod", "istio-ingress"],
    ["helm-tag", { "istio.io/rev": "prod" }, "istiod-1-29-1", "istio-ingress"],
  ])("by %s", (installation, sidecarLabels, name, namespace) => {
    const { mesh, ingress, owner } = facts(clusterWith(installation));
    expect(owner).toBe("existing");
    expect(mesh).toEqual({ version: "1.29.1", sidecarLabels, controlPlane: { namespace: "istio-system", name } });
    const labels = installation.startsWith("helm")
      ? { app: "istio-ingress", istio: "ingress" }
      : { app: "istio-ingressgateway", istio: "ingressgateway" };
    expect(ingress).toEqual({ namespace, labels, nodePort: null });
  });

  test("the default one wins over revisions, and istioRevision over both", () => {
    const both = together(clusterWith("istioctl"), clusterWith("helm-tag", { services: [] }));
    expect(facts(both).mesh.sidecarLabels).toEqual({ "istio-injection": "enabled" });
    for (const istioRevision of ["prod", "1-29-1"])
      expect(facts(both, { istioRevision }).mesh).toMatchObject({
        sidecarLabels: { "istio.io/rev": istioRevision },
        controlPlane: { name: "istiod-1-29-1" },
      });
  });

  test("a revision with the tag default answers to the label of all namespaces", () => {
    const { webhooks, ...rest } = clusterWith("helm-tag");
    const tagged = webhooks.map((one) =>
      one.metadata.labels?.["istio.io/tag"] === "prod"
        ? {
            ...one,
            metadata: { ...one.metadata, labels: { ...one.metadata.labels, "istio.io/tag": "default" } },
            webhooks: clusterWith("helm").webhooks[0]?.webhooks ?? [],
          }
        : one,
    );
    const { mesh } = facts({ ...rest, webhooks: tagged });
    expect(mesh).toMatchObject({
      sidecarLabels: { "istio-injection": "enabled" },
      controlPlane: { name: "istiod-1-29-1" },
    });
  });

  test("a webhook that istioctl put out of action gives nobody sidecars", () => {
    const { webhooks, ...rest } = clusterWith("istioctl");
    const out = webhooks.map((one) => ({
      ...one,
      webhooks: one.webhooks?.map((hook) => ({
        ...hook,
        namespaceSelector: { matchLabels: { "istio.io/deactivated": "never-match" } },
      })),
    }));
    expect(faults({ ...rest, webhooks: out })[0]?.cause).toBe("no webhook of Istio gives pods sidecars");
  });

  test("the port of the nodes is that of the gateway's Service", () => {
    const { services, ...rest } = clusterWith("helm");
    const [gateway] = services.filter(({ metadata }) => metadata.name === "istio-ingress");
    const ports = gateway?.spec.ports?.map((port) => (port.port === 80 ? { ...port, nodePort: 31_080 } : port)) ?? [];
    const open = gateway ? [{ ...gateway, spec: { ...gateway.spec, ports } }] : [];
    expect(facts({ ...rest, services: open }).ingress?.nodePort).toBe(31_080);
  });
});

describe("what cannot be told is refused, with what to set", () => {
  const next = (objects: ExistingObjects, change?: Partial<LabConfig>) => faults(objects, change)[0]?.next;
  const set = (text: string) => `npx canaryctl config set ${text} && npx canaryctl up`;

  test("several revisions without a default, or a revision that is not there", () => {
    const [first] = clusterWith("helm-tag").webhooks;
    const other = JSON.parse(JSON.stringify(clusterWith("helm-tag").webhooks).replaceAll('"prod"', '"next"'));
    const objects = clusterWith("helm-tag", {
      webhooks: [...(first ? [first] : []), ...clusterWith("helm-tag").webhooks, ...other],
    });
    expect(faults(objects)[0]?.cause).toBe(
      "Istio has several revisions here and none of them is the default: 1-29-1, next, prod",
    );
    expect(next(objects)).toEqual(["1-29-1", "next", "prod"].map((name) => set(`istioRevision ${name}`)));
    expect(faults(objects, { istioRevision: "old" })[0]?.cause).toMatch(/istioRevision is old, and Istio has 1-29-1, /);
  });

  test("several ingress gateways, none, and one that is not there", () => {
    const two = together(clusterWith("istioctl"), { ...clusterWith("helm"), webhooks: [], istiods: [] });
    const names = ["istio-ingress/istio-ingress", "istio-system/istio-ingressgateway"];
    expect(faults(two)[0]?.cause).toBe(`there are several ingress gateways: ${names.join(", ")}`);
    expect(next(two)).toEqual(names.map((name) => set(`ingressGateway ${name}`)));
    for (const ingressGateway of names)
      expect(facts(two, { ingressGateway }).ingress?.namespace).toBe(ingressGateway.split("/")[0]);
    expect(faults(two, { ingressGateway: "a/b" })[0]?.cause).toMatch(/^ingressGateway is a\/b, and there is istio-ing/);
    expect(faults(clusterWith("helm", { services: [] }))[0]?.cause).toMatch(/^there is no ingress gateway of Istio/);
  });

  test("no ingress gateway is no fault for a strategy that has none, or one of its own", () => {
    expect(facts(clusterWith("helm", { services: [] }), { strategy: "replica-ratio" }).ingress).toBeNull();
  });

  test("the ingress gateway of another part of Istio is none: egress, east-west, and one of the Gateway API", () => {
    const { services } = clusterWith("helm");
    const [gateway] = services.filter(({ metadata }) => metadata.name === "istio-ingress");
    if (!gateway) throw new Error("no gateway was recorded");
    const like = (selector: Record<string, string>) => ({ ...gateway, spec: { ...gateway.spec, selector } });
    expect(faults(clusterWith("helm", { services: [like({ istio: "egressgateway" })] }))).toHaveLength(1);
    const ofOne = like({ "gateway.networking.k8s.io/gateway-name": "shop" });
    expect(faults(clusterWith("helm", { services: [ofOne] }))).toHaveLength(1);
    const eastWest = { ...gateway, spec: { ...gateway.spec, ports: [{ port: 15021 }, { port: 15443 }] } };
    expect(faults(clusterWith("helm", { services: [eastWest] }))).toHaveLength(1);
  });

  test.each([
    ["1.20.3", "Istio is 1.20.3, by istio-system/istiod"],
    ["latest", "Istio is 1.0.0, by istio-system/istiod"],
  ])("an Istio of version %s", (tag, cause) => {
    const text = JSON.stringify(clusterWith("istioctl")).replaceAll("pilot:1.29.1", `pilot:${tag}`);
    expect(faults(JSON.parse(text))[0]).toMatchObject({ cause, allowed: "Istio >=1.22.0 <2.0.0" });
  });

  test("no Istio at all, and no control plane in the cluster", () => {
    const nothing = clusterWith("istioctl", { webhooks: [], istiods: [] });
    expect(faults(nothing)[0]).toMatchObject({
      cause: "there is no Istio in the cluster",
      next: [set("platform own")],
    });
    expect(faults(clusterWith("istioctl", { istiods: [] }))[0]?.cause).toMatch(/istio-system\/istiod is not there/);
  });

  test("an ambient mesh without sidecars, in words; one that injects them is as good as any", () => {
    const ambient = clusterWith("ambient");
    expect(faults({ ...ambient, webhooks: [] })[0]?.cause).toMatch(/^Istio is ambient here and gives pods no sidecars/);
    expect(facts(ambient, { strategy: "replica-ratio" }).mesh.version).toBe("1.29.1");
  });

  test("what a stack of this project installed: that stack is named", () => {
    const annotations = { "canary-lab/owner": "organization/canary-lab/dev" };
    const owned = (name: string) => clusterWith("helm", { namespaces: [{ metadata: { name, annotations } }] });
    expect(faults(owned("istio-system"))[0]).toMatchObject({
      cause: "Istio in namespace istio-system is part of the platform of stack organization/canary-lab/dev",
      next: [set("platform dev")],
    });
    expect(faults(owned("istio-ingress"), { ingressGateway: "istio-ingress/istio-ingress" })[0]?.cause).toMatch(
      /^the ingress gateway istio-ingress\/istio-ingress is part of the platform/,
    );
    const both = together(owned("istio-ingress"), { ...clusterWith("istioctl"), webhooks: [], istiods: [] });
    expect(facts(both).ingress?.namespace).toBe("istio-system");
  });
});
