import { describe, expect, test } from "@jest/globals";
import { judgeDefaults } from "../../../../canary/judge/config.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { defaults } from "../sample-config.ts";
import { problemsOf } from "./problems-of.ts";

const parse = (change: object) => parseConfig({ ...defaults, ...change });

describe("an object", () => {
  test("has the defaults of the fields that it leaves out", () => {
    expect(parse({ objective: { errorRate: 0.02 } }).objective).toEqual({
      errorRate: 0.02,
      p95Milliseconds: 250,
      windowSeconds: 60,
      minimumRequests: 100,
    });
  });

  test("of the judge has the judge's own defaults, in its parts, too", () => {
    const { edges: _, ...latency } = judgeDefaults.latency;
    const { alpha, beta, mayFail, errors } = judgeDefaults;
    expect(parse({}).judge).toEqual({ alpha, beta, mayFail, errors, latency });
    expect(parse({ judge: '{"alpha": 0.001, "latency": {"warmUpSeconds": "60"}}' }).judge).toMatchObject({
      alpha: 0.001,
      errors,
      latency: { ...latency, warmUpSeconds: 60 },
    });
  });

  test.each([
    [{ alpha: 0 }, 'judge.alpha is "0"; allowed: a number above 0 and below 0.5, of at most 9 decimals'],
    [{ alpha: 0.5 }, 'judge.alpha is "0.5"; allowed: a number above 0 and below 0.5, of at most 9 decimals'],
    [{ beta: 1 }, 'judge.beta is "1"; allowed: a number above 0 and below 0.5'],
    [{ errors: { tolerance: 0.9 } }, 'judge.errors.tolerance is "0.9"; allowed: a number from 1 to 1000'],
    [{ latency: { floorPoints: 101 } }, 'judge.latency.floorPoints is "101"; allowed: a number from 0 to 100'],
    [
      { latency: { floorMillis: 5 } },
      "no such field is known; allowed: tolerance, worse, floorPoints, floorMilliseconds, warmUpSeconds",
    ],
    [{ errors: { worse: 1.05 } }, "judge.errors.worse is 1.05 while judge.errors.tolerance is 1.1"],
    [{ mayFail: [] }, "allowed: a list of errors, latency, error objective, latency objective, each at most once"],
    [{ mayFail: ["errors", "errors"] }, "each at most once"],
    [{ mayFail: ["cpu"] }, 'judge.mayFail[0] is "cpu"; allowed: errors, latency, error objective, latency objective'],
  ])("of the judge is refused with what it allows: %j", (judge, problem) => {
    expect(problemsOf({ judge })).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    [{ mode: "on" }, 'isolation.mode is "on"; allowed: off, enforce'],
    [{ mutualTls: "off" }, 'isolation.mutualTls is "off"; allowed: strict, permissive'],
    [
      { callers: ["Shop"] },
      'isolation.callers[0] is "Shop"; allowed: a namespace, or a ServiceAccount as NAMESPACE/NAME',
    ],
    [{ callers: [] }, "allowed: a list of namespaces, and of ServiceAccounts as NAMESPACE/NAME"],
    [{ egress: ["10.0.0.0/33"] }, 'isolation.egress[0] is "10.0.0.0/33"; allowed: addresses as CIDR'],
    [{ egress: ["10.0.0.1"] }, 'isolation.egress[0] is "10.0.0.1"; allowed: addresses as CIDR'],
    [{ quota: { pods: 0 } }, 'isolation.quota.pods is "0"; allowed: an integer from 1 to 10000'],
  ])("of the isolation is refused with what it allows: %j", (isolation, problem) => {
    expect(problemsOf({ isolation })).toEqual([expect.stringContaining(problem)]);
  });

  test("of the isolation takes addresses of both families", () => {
    const egress = ["10.0.0.0/8", "fd00::/8"];
    expect(parse({ isolation: { egress } }).isolation.egress).toEqual(egress);
  });

  test.each([{ maxSurge: "25%", minReadySeconds: 5 }, '{"maxSurge":"25%","minReadySeconds":"5"}'])(
    "is taken as YAML, and as the text in which the engine hands it over: %j",
    (rollingUpdate) => {
      expect(parse({ rollingUpdate }).rollingUpdate).toEqual({
        maxSurge: "25%",
        maxUnavailable: 0,
        revisionHistoryLimit: 10,
        minReadySeconds: 5,
      });
    },
  );

  test("an empty one of an optional key is none", () => {
    expect(parse({ migration: {} }).migration).toBeUndefined();
    expect(parse({ stickyCookie: "" }).stickyCookie).toBeUndefined();
  });

  test("a name that every JavaScript object knows is no field, and no key", () => {
    expect(problemsOf({ blueGreen: { constructor: true } })).toEqual([
      expect.stringMatching(/^blueGreen\.constructor is true, and no such field is known; allowed: /),
    ]);
    expect(problemsOf({ toString: "x" })).toEqual([expect.stringMatching(/^toString is not a key of this project; /)]);
  });

  test("a misspelt field is named, with its value and the one that was meant", () => {
    expect(problemsOf({ blueGreen: { autoPromotionEnables: false } })).toEqual([
      "blueGreen.autoPromotionEnables is false, and no such field is known; did you mean autoPromotionEnabled?",
    ]);
    expect(problemsOf({ rolloutCanary: { colour: "blue" } })).toEqual([
      'rolloutCanary.colour is "blue", and no such field is known; allowed: headerRoute, mirrorPercent, experiment, abortScaleDownDelaySeconds',
    ]);
  });

  test.each([
    [
      { objective: { errorRate: 1 } },
      'objective.errorRate is "1"; allowed: a number above 0 and below 1, of at most 9 decimals, written as 0.01 is',
    ],
    [
      { objective: { errorRate: 0 } },
      'objective.errorRate is "0"; allowed: a number above 0 and below 1, of at most 9 decimals, written as 0.01 is',
    ],
    [
      { objective: { errorRate: 1e-7 } },
      'objective.errorRate is "1e-7"; allowed: a number above 0 and below 1, of at most 9 decimals, written as 0.01 is',
    ],
    [
      { objective: { errorRate: Number.NaN } },
      'objective.errorRate is "NaN"; allowed: a number above 0 and below 1, of at most 9 decimals, written as 0.01 is',
    ],
    [
      { objective: { errorRate: null } },
      "objective.errorRate is not set; allowed: a number above 0 and below 1, of at most 9 decimals, written as 0.01 is",
    ],
    [
      { objective: '{"window":null}' },
      "objective.window is not set; allowed: a duration from 15s to 5m, written as 20s, 2m or 1h are",
    ],
    [
      { blueGreen: { previewReplicaCount: null } },
      "blueGreen.previewReplicaCount is not set; allowed: an integer from 1 to 50",
    ],
    [{ migration: { scaleDown: null } }, "migration.scaleDown is not set; allowed: never, onsuccess, progressively"],
    [{ objective: { minimumRequests: 0 } }, 'objective.minimumRequests is "0"; allowed: an integer from 1 to 1000000'],
    [
      { objective: { window: "9h" } },
      'objective.window is "9h"; allowed: a duration from 15s to 5m, written as 20s, 2m or 1h are',
    ],
    [{ objective: 5 }, 'objective is "5"; allowed: an object of errorRate, p95Milliseconds, window, minimumRequests'],
    [{ objective: [] }, 'objective is "[]"; allowed: an object of errorRate, p95Milliseconds, window, minimumRequests'],
    [
      { migration: { scaleDown: "sometimes" } },
      'migration.scaleDown is "sometimes"; allowed: never, onsuccess, progressively',
    ],
    [
      { rollingUpdate: { maxSurge: "101%" } },
      'rollingUpdate.maxSurge is "101%"; allowed: an integer from 0 to 50, or 0% to 100%',
    ],
    [
      { rolloutCanary: { mirrorPercent: 101 } },
      'rolloutCanary.mirrorPercent is "101"; allowed: an integer from 0 to 100',
    ],
    [{ blueGreen: { autoPromotionEnabled: "yes" } }, 'blueGreen.autoPromotionEnabled is "yes"; allowed: true, false'],
  ])("%j is refused", (change, problem) => expect(problemsOf(change)).toEqual([problem]));

  test.each(["constructor", "toString", "__proto__"])("%s is as unknown as any other name", (name) => {
    expect(problemsOf(JSON.parse(`{"blueGreen":{"${name}":"x"},"${name}":"y"}`))).toEqual([
      expect.stringContaining(`blueGreen.${name} is "x", and no such field is known`),
      expect.stringContaining(`${name} is not a key of this project`),
    ]);
  });

  test("all that is wrong is said at once", () => {
    const problems = problemsOf({
      blueGreen: { autoPromotionEnables: false, previewReplicaCount: 0 },
      objective: { minimumRequests: 0, errorRate: 2 },
      plan: { weights: [30, 10] },
      migration: { scaleDown: "sometimes" },
      canaryWeight: 101,
    });
    expect(problems.map((problem) => problem.split(" is ")[0])).toEqual([
      "canaryWeight",
      "plan",
      "objective.errorRate",
      "objective.minimumRequests",
      "blueGreen.previewReplicaCount",
      "blueGreen.autoPromotionEnables",
      "migration.scaleDown",
    ]);
  });
});
