import { describe, expect, test } from "@jest/globals";
import { mirrorKey } from "../../src/charts/charts.ts";
import { cniChart, mirrorCharts } from "../../src/charts/mirror.ts";

describe("mirrorCharts", () => {
  const charts = mirrorCharts("1.29.1");

  test("are Istio's three, under the names of its chart repository", () => {
    expect(charts.map(({ name }) => name)).toEqual(["base", "istiod", "gateway"]);
  });

  const defaultsOf = (chart: string) => {
    const defaults = charts.find(({ name }) => name === chart)?.defaults ?? [];
    return Object.fromEntries(defaults.map(({ path, value }) => [path.join("."), value]));
  };

  test("istiod takes the release's images, and asks upstream Envoy for no filter that it lacks", () => {
    expect(defaultsOf("istiod")).toEqual({
      "global.hub": "docker.io/istio",
      "global.tag": "1.29.1",
      "telemetry.enabled": false,
      "env.PILOT_ENABLE_METADATA_EXCHANGE": "false",
      "env.PILOT_ENABLE_ALPN_FILTER": "false",
    });
  });

  test("the gateway takes the image that is there", () => {
    expect(defaultsOf("gateway")).toEqual({ imagePullPolicy: "IfNotPresent" });
  });

  test("the CNI agent looks for the pod network where the node has it", () => {
    const node = { cniConfiguration: "/lab/node/config/cni", cniPlugins: "/lab/node/cni-plugins" };
    expect(cniChart("1.29.1", node)).toMatchObject({ name: "cni", source: "manifests/charts/istio-cni" });
    expect(
      Object.fromEntries(cniChart("1.29.1", node).defaults.map(({ path, value }) => [path.join("."), value])),
    ).toEqual({
      "global.hub": "docker.io/istio",
      "global.tag": "1.29.1",
      cniConfDir: "/lab/node/config/cni",
      cniBinDir: "/lab/node/cni-plugins",
    });
  });

  test("another ingredient makes another mirror", () => {
    const key = mirrorKey(["/tools/istio-a", "1.29.1", charts]);
    expect(mirrorKey(["/tools/istio-b", "1.29.1", charts])).not.toBe(key);
    expect(mirrorKey(["/tools/istio-a", "1.29.1", charts.slice(1)])).not.toBe(key);
    expect(mirrorKey(["/tools/istio-a", "1.29.1", mirrorCharts("1.29.1")])).toBe(key);
  });
});
