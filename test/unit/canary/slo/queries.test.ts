import { describe, expect, test } from "@jest/globals";
import {
  errorRatio,
  ifEnough,
  movedShare,
  p95Milliseconds,
  requestRate,
  share,
} from "../../../../canary/slo/queries.ts";
import { applicationSource, callerSource } from "../../../../canary/slo/source.ts";

const measured = { app: "versioned-echo", namespace: "canary-lab" };
const sources = [applicationSource(measured), callerSource(measured)];

describe.each(sources)("as the $name counts", (source) => {
  test.each([
    ["requestRate", requestRate],
    ["errorRatio", errorRatio],
    ["p95Milliseconds", p95Milliseconds],
    ["share", share],
    ["movedShare", movedShare],
  ] as const)("%s", (_name, query) => {
    expect(query(source, "1m")).toMatchSnapshot();
  });

  test("a query asks for requests enough", () => {
    expect(ifEnough("x", source, "1m", 100)).toMatchSnapshot();
  });
});

/** The pattern of the one matcher of `label` in a selector, as Prometheus anchors it. */
const pattern = (selector: string, label: string): RegExp =>
  new RegExp(`^(?:${new RegExp(`${label}=~"([^"]*)"`).exec(selector)?.[1]})$`);

describe("what callers send to", () => {
  const clusters = pattern(callerSource(measured).selector, "cluster_name");

  test.each([
    "outbound|80|v1|versioned-echo.canary-lab.svc.cluster.local",
    "outbound|80||versioned-echo.canary-lab.svc.cluster.local",
    "outbound|80||versioned-echo-v2.canary-lab.svc.cluster.local",
    "outbound|80||versioned-echo-preview.canary-lab.svc.cluster.local",
  ])("counts: %s", (cluster) => expect(cluster).toMatch(clusters));

  test.each([
    "outbound|80|v1|versioned-echo.other.svc.cluster.local",
    "outbound|80||another-echo.canary-lab.svc.cluster.local",
    "inbound|8080||",
    "outbound|80||versioned-echoXcanary-lab.svc.cluster.local",
  ])("does not count: %s", (cluster) => expect(cluster).not.toMatch(clusters));

  test("is one subset of one Service, where that is asked for", () => {
    const { selector, durationSelector } = callerSource(measured, { host: "versioned-echo", subset: "v2" });
    const one = 'cluster_name="outbound|80|v2|versioned-echo.canary-lab.svc.cluster.local"';
    expect(selector.split(",")).toContain(one);
    expect(durationSelector).toBe(one);
  });
});

test("an application's probes and scrapes are no requests of its users", () => {
  const { selector } = applicationSource(measured, "v2");
  expect(selector.split(",")).toEqual([
    'namespace="canary-lab"',
    'job="versioned-echo"',
    'route!~"/health|/metrics|/faults"',
    'version="v2"',
  ]);
});
