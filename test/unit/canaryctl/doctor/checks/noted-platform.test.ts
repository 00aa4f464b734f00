import { describe, expect, test } from "@jest/globals";
import { askProxies } from "../../../../../canaryctl/src/doctor/ask-pods.ts";
import type { PodFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { applyFixes } from "../../../../../canaryctl/src/doctor/fix.ts";
import { namespaceFacts } from "../../../../../canaryctl/src/doctor/objects.ts";
import { Reader } from "../../../../../canaryctl/src/doctor/reader.ts";
import type { PlatformFacts } from "../../../../../stacks/platform-facts.ts";
import { fakeLab } from "../../fake-lab.ts";
import { factsOf, finding, ids, wholeLab } from "../recorded.ts";

const platform: PlatformFacts = {
  owner: "existing",
  mesh: {
    version: "1.27.0",
    sidecarLabels: { "istio.io/rev": "prod" },
    controlPlane: { namespace: "mesh", name: "istiod-1-27" },
  },
  ingress: { namespace: "mesh", labels: { app: "public", istio: "public" }, nodePort: null },
  monitoring: null,
  rollouts: null,
  gatewayApi: null,
};

const pod = (name: string, labels: Record<string, string>, isReady = true): PodFacts => ({
  namespace: "mesh",
  name,
  labels,
  inject: undefined,
  owner: undefined,
  isGoing: false,
  isReady,
  hasSidecar: false,
  faults: [],
  unschedulable: undefined,
});

const control = (isReady = true) => pod("istiod-1-27-x", { app: "istiod", "istio.io/rev": "1-27" }, isReady);
const gateway = (isReady = true) => pod("public-x", { app: "public", istio: "public" }, isReady);
/** Another control plane in the same namespace, which says nothing of this one. */
const other = pod("istiod-1-29-x", { app: "istiod", "istio.io/rev": "1-29" });

const labOn = (systemPods: readonly PodFacts[], labels: Record<string, string> = { "istio.io/rev": "prod" }) =>
  factsOf({
    config: { platform: "existing" },
    cluster: {
      namespace: { labels, strategy: "istio", isGoing: false, platform },
      injectors: ["prod", "1-27"],
      systemPods,
    },
  });

describe("on a platform that somebody else installed", () => {
  test("all is well with its own names and labels", () => {
    expect(ids(labOn([control(), gateway(), other]))).toEqual([]);
  });

  test("its control plane and its gateway are the ones that are looked at", () => {
    const facts = labOn([control(false), gateway(false), other]);
    expect(ids(facts)).toEqual(expect.arrayContaining(["error not-ready/istiod", "error not-ready/gateway"]));
    expect(finding(facts, "not-ready/istiod")?.mend).toEqual([
      "kubectl -n mesh rollout restart deployment/istiod-1-27",
    ]);
    expect(finding(facts, "not-ready/gateway")?.mend).toEqual([
      "kubectl -n mesh rollout restart deployment -l app=public,istio=public",
    ]);
  });

  test("a lost label is mended by the one that its Istio answers to", () => {
    const mend = (labels: Record<string, string>) =>
      finding(labOn([control(), gateway()], labels), "injection-label/canary-lab")?.mend;
    expect(mend({})).toEqual(["kubectl label namespace canary-lab istio.io/rev=prod --overwrite"]);
    expect(mend({ "istio-injection": "disabled" })).toEqual([
      "kubectl label namespace canary-lab istio.io/rev=prod --overwrite istio-injection-",
    ]);
  });

  test("--fix sets that label, and takes away the one that would win over it", async () => {
    const annotations = { "canary-lab/platform": JSON.stringify(platform) };
    const metadata = { name: "canary-lab", labels: { "istio-injection": "disabled" }, annotations };
    const { lab, log } = fakeLab({ objects: { "/api/v1/namespaces/canary-lab": { metadata } } });
    const applied: object[] = [];
    const apply = async <T>(_path: string, object: object) => applied.push(object) as T;
    const fixed = await applyFixes({ ...lab, cluster: { ...lab.cluster, apply } }, [{ kind: "label-namespace" }], {
      say: () => {},
      up: ["true"],
    });
    expect(fixed).toEqual(["set istio.io/rev=prod on namespace canary-lab, as canary-lab"]);
    expect(applied).toMatchObject([{ kind: "Namespace", metadata: { labels: { "istio.io/rev": "prod" } } }]);
    expect(log).toEqual(['patch namespaces/canary-lab {"metadata":{"labels":{"istio-injection":null}}}']);
  });

  test("a STRICT policy of its root namespace counts, and one of another Istio's does not", () => {
    const strict = (namespace: string) => ({
      namespace,
      name: "default",
      selector: undefined,
      mode: "STRICT",
      ports: {},
    });
    const found = (namespace: string) => {
      const { cluster, ...facts } = labOn([control(), gateway()]);
      const peerAuthentications = [strict(namespace)];
      const config = { ...facts.config, monitoring: true };
      return ids({ ...facts, config, cluster: cluster && { ...cluster, peerAuthentications } });
    };
    expect(found("mesh")).toContain("warning strict-mtls/mesh/default");
    expect(found("istio-system")).not.toContain("warning strict-mtls/istio-system/default");
  });

  test("a gateway in the namespace of the control plane is asked for its routes, the control plane is not", async () => {
    const { lab } = fakeLab();
    const asked: string[] = [];
    const proxy = async (namespace: string, name: string) => {
      asked.push(`${namespace}/${name}`);
      return async () => "{}";
    };
    await askProxies({ ...lab, proxy, platform }, new Reader(lab.cluster), [control(), gateway(), other]);
    expect(asked).toEqual(["mesh/public-x"]);
  });

  test("the Namespace's note says what it is; one that cannot be read says nothing", () => {
    const noted = (text: string) =>
      namespaceFacts({ metadata: { name: "canary-lab", annotations: { "canary-lab/platform": text } } }).platform;
    expect(noted(JSON.stringify(platform))).toEqual(platform);
    expect(noted('{"owner":"existing"}')).toBeUndefined();
  });
});

test("a stack's own platform needs no note", () => {
  const withoutGateway = wholeLab.systemPods?.filter(({ namespace }) => namespace !== "istio-ingress");
  expect(finding(factsOf({ cluster: { systemPods: withoutGateway } }), "not-ready/gateway")?.mend).toEqual([
    "kubectl -n istio-ingress scale deployment -l istio=ingress --replicas=1",
    "npx canaryctl up",
  ]);
});
