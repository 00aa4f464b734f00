import { describe, expect, test } from "@jest/globals";
import {
  errorRatio,
  errorRatioOrBound,
  ifEnough,
  movedShare,
  p95Milliseconds,
  p95OrBound,
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

describe("what is said to be above the objective", () => {
  const [source] = sources as [(typeof sources)[number]];

  /** The chance of more than `most` of `trials`, from the exact distribution. */
  function tail(trials: number, chance: number, most: number): number {
    let each = (1 - chance) ** trials;
    let below = 0;
    for (let count = 0; count <= most; count++) {
      below += each;
      each *= ((trials - count) / (count + 1)) * (chance / (1 - chance));
    }
    return 1 - below;
  }

  test.each([
    [100, 0.01, 0.0035],
    [600, 0.01, 0.001],
    [6000, 0.01, 0.0002],
    [100, 0.05, 0.002],
    [1000, 0.001, 0.004],
  ])(
    "in a window of %d requests with a true share of %d, just at its limit, is a false alarm in less than %d",
    (requests, share, most) => {
      const factor = Number(/ - ([\d.]+) \/ sqrt\(/.exec(errorRatioOrBound(source, "1m", share))?.[1]);
      // The query asks for ratio - factor / sqrt(requests) > share.
      const errors = Math.floor(requests * (share + factor / Math.sqrt(requests)));
      expect(tail(requests, share, errors)).toBeLessThan(most);
      // A canary with three times as many errors is found all the same.
      if (requests >= 6000) expect(tail(requests, 3 * share, errors)).toBeGreaterThan(0.999);
    },
  );

  test("of the time is a lower quantile, the lower the fewer requests there are", () => {
    const query = p95OrBound(source, "1m", 250);
    const factor = Number(/scalar\(0\.95 - ([\d.]+) \/ sqrt/.exec(query)?.[1]);
    expect(0.95 - factor / Math.sqrt(100)).toBeCloseTo(0.863, 3);
    expect(0.95 - factor / Math.sqrt(10_000)).toBeCloseTo(0.941, 3);
    expect(query).toMatch(/<= 250\) or \(.* > 250\)$/);
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
