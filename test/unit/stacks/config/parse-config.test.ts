import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { presetPlan } from "../../../../canary/plan/presets.ts";
import { strategyNames } from "../../../../canary/strategies.ts";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { configKeys, parseConfig } from "../../../../stacks/config/parse-config.ts";
import { declaredKeys, defaults, disabledProviders } from "../sample-config.ts";
import { problemsOf } from "./problems-of.ts";

describe("Pulumi.yaml", () => {
  test("declares every key that the code knows, and no other", () => {
    expect(Object.keys(declaredKeys).sort()).toEqual([...configKeys()].sort());
  });

  test("lets no object into a cluster that was not named", () => {
    expect(disabledProviders).toEqual({ value: ["kubernetes"] });
  });

  test("has defaults that the code allows", () => {
    expect(parseConfig(defaults)).toEqual({
      canaryWeight: 10,
      strategy: "istio",
      plan: presetPlan("10-30-60"),
      objective: { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 },
      analysis: "off",
      analysisBy: "judge",
      rolloutCanary: { headerRoute: true, mirrorPercent: 0, experiment: false, abortScaleDownDelaySeconds: 30 },
      blueGreen: {
        autoPromotionEnabled: false,
        prePromotionAnalysis: false,
        postPromotionAnalysis: false,
        scaleDownDelaySeconds: 30,
        abortScaleDownDelaySeconds: 30,
      },
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0, revisionHistoryLimit: 10, minReadySeconds: 0 },
      namespace: "canary-lab",
      app: "versioned-echo",
      services: {},
      stableImage: "versioned-echo:v1",
      canaryImage: "versioned-echo:v2",
      clientImage: "load-client:v1",
      judge: {
        alpha: 0.01,
        beta: 0.05,
        mayFail: ["errors", "latency"],
        errors: { tolerance: 1.1, worse: 2, floorPoints: 0.1 },
        latency: { tolerance: 1.1, worse: 2, floorPoints: 1, floorMilliseconds: 20, warmUpSeconds: 10 },
      },
      prices: { cpuHour: 0.0445, gibHour: 0.0049225, currency: "USD" },
      judgeImage: "judge:v1",
      canaryEnabled: true,
      replicas: 2,
      allowOverload: false,
      gate: "judge",
      canaryReplicas: 2,
      platform: "own",
      registryImage: expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
      istiodReplicas: 1,
      istioCni: false,
      gatewayNodePort: 30080,
      monitoring: false,
      rollouts: "auto",
      gatewayApi: false,
      argoCd: false,
      accounts: false,
      policy: {
        mode: "off",
        maxWeight: 100,
        maxRise: 100,
        strategies: [...strategyNames],
        digests: false,
        loadBalancers: false,
        sidecarImages: ["docker.io/istio/proxyv2"],
      },
      isolation: { mode: "off", mutualTls: "strict", networkPolicies: true },
    });
  });

  test("leaves the checks to the code, which reports all bad values at once", () => {
    for (const { type, description } of Object.values(declaredKeys)) {
      expect(type).toBeUndefined();
      expect(description).not.toBe("");
    }
  });

  test.each(Object.keys(declaredKeys).filter((key) => JSON.stringify(declaredKeys[key]?.default) === "{}"))(
    "describes every field of %s",
    (key) => {
      const [problem = ""] = problemsOf({ [key]: { zzzzzzzzzzzzzzzzzzzzzzzzzz: 1 } }).filter((each) =>
        each.includes("no such field"),
      );
      const fields = problem.replace(/.*allowed: /, "").split(", ");
      expect(fields.filter((field) => !declaredKeys[key]?.description.includes(field))).toEqual([]);
    },
  );

  test.each(["dev", "staging", "prod"])("stack %s is allowed", (stack) => {
    const file = parse(readFileSync(join(repositoryRoot, `Pulumi.${stack}.yaml`), "utf8"));
    const values = Object.entries(file.config).map(([key, value]) => [key.replace(/^canary-lab:/, ""), value]);
    expect(problemsOf(Object.fromEntries(values))).toEqual([]);
  });
});

describe("parseConfig", () => {
  test.each(["-1", "101", "12.5", "abc", "", " 10", "010", "1e1", "0x10", -1, 12.5, true, { a: 1 }])(
    "canaryWeight %j is refused with its value and what is allowed",
    (value) => {
      const text = typeof value === "object" ? JSON.stringify(value) : String(value);
      expect(problemsOf({ canaryWeight: value })).toEqual([
        `canaryWeight is ${JSON.stringify(text)}; allowed: an integer from 0 to 100`,
      ]);
    },
  );

  test("every bad value is reported at once", () => {
    const problems = problemsOf({
      canaryWeight: "101",
      strategy: "blue-grin",
      canaryWeigth: "30",
      replicas: "0",
      canaryEnabled: "maybe",
      namespace: "Canary_Lab",
      stableImage: "versioned echo",
      imageRegistry: "http://127.0.0.1:5001",
      gatewayNodePort: 80,
    });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "canaryWeight",
      "strategy",
      "namespace",
      "stableImage",
      "canaryEnabled",
      "replicas",
      "gatewayNodePort",
      "imageRegistry",
      "canaryWeigth",
    ]);
    expect(problems).toContain(`strategy is "blue-grin"; allowed: ${strategyNames.join(", ")}`);
    expect(problems).toContain("canaryWeigth is not a key of this project; did you mean canaryWeight?");
  });

  test("a value that is refused leads to the one that runs, or else to the default", () => {
    const next = (raw: object, before?: object) => {
      try {
        parseConfig({ ...defaults, ...raw }, {}, "Pulumi.dev.yaml", () => ({ ...before }));
      } catch (error) {
        return (error as UserError).next;
      }
      return undefined;
    };
    expect(next({ canaryWeight: "fifty" }, { canaryWeight: 50 })).toBe("npx canaryctl config set canaryWeight 50");
    expect(next({ canaryWeight: "fifty" })).toBe("npx canaryctl config set canaryWeight 10");
    expect(next({ canaryWeight: "fifty", objective: "x" })).toBe("npx canaryctl config rm canaryWeight objective");
    expect(next({ canaryWeight: "fifty", canaryEnabled: "false" })).toBe("npx canaryctl config rm canaryWeight");
  });

  test("of a word that is near it is asked whether that was meant", () => {
    expect(problemsOf({ strategy: "rollout-canry" })).toEqual([
      `strategy is "rollout-canry"; did you mean rollout-canary? allowed: ${strategyNames.join(", ")}`,
    ]);
  });

  test("a key like no other is answered with all keys", () => {
    expect(problemsOf({ colour: "blue" })[0]).toContain(`allowed: ${configKeys().join(", ")}`);
  });

  test("a key that is missing has its default", () => {
    expect(parseConfig({})).toEqual(parseConfig(defaults));
  });

  test("traffic to a canary that does not run is refused", () => {
    expect(problemsOf({ canaryEnabled: false, canaryWeight: 10 })).toHaveLength(1);
    expect(problemsOf({ canaryEnabled: "false", canaryWeight: "0" })).toEqual([]);
  });

  test("any integer from 0 to 100 is taken, as text and as a number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.boolean(), (weight, asText) => {
        return parseConfig({ ...defaults, canaryWeight: asText ? String(weight) : weight }).canaryWeight === weight;
      }),
    );
  });

  test("any other text than 0..100 is refused, and only as a UserError", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^(\d|[1-9]\d|100)$/.test(text));
        expect(problemsOf({ canaryWeight: text })).toHaveLength(1);
      }),
    );
  });

  test("the environment stands in for an empty key, and config wins over it", () => {
    const environment = { CANARY_LAB_KUBE_CONTEXT: "from-target", CANARY_LAB_IMAGE_REGISTRY: "198.18.0.1:5001" };
    expect(parseConfig({ ...defaults, kubeContext: "mine" }, environment)).toMatchObject({
      kubeContext: "mine",
      imageRegistry: "198.18.0.1:5001",
    });
    expect(problemsOf({}, { CANARY_LAB_IMAGE_REGISTRY: "a b" })).toEqual([
      'CANARY_LAB_IMAGE_REGISTRY is "a b"; allowed: host:port or host/path, without a scheme',
    ]);
  });

  test.each(["versioned-echo:v1", "nginx", "a.b:5001/c/d_e:1.2", `ghcr.io/x/y@sha256:${"0".repeat(64)}`])(
    "image %s is taken",
    (image) => expect(problemsOf({ canaryImage: image })).toEqual([]),
  );

  test.each(["a..b", "x/a.-b", "a___b", "-h/x", "h..o/x", "h:99999/x", "h:0/x", "x:", `${"a".repeat(256)}:v1`, "A/B"])(
    "image %s, which a pod could not start with, is refused",
    (image) => expect(problemsOf({ canaryImage: image })).toHaveLength(1),
  );

  test.each(["h..o:5001", "h:70000", "h/a..b", "-h"])("registry %s, which is no host, is refused", (imageRegistry) =>
    expect(problemsOf({ imageRegistry })).toHaveLength(1),
  );

  // Envoy's formats begin with %: it would refuse the route table with `%x%`, and read `a%%b` as another name than the rule matches.
  test.each(["%x%", "a%b", "a%%b"])("cookie %s, by which the proxies would freeze, is refused", (stickyCookie) =>
    expect(problemsOf({ stickyCookie })).toHaveLength(1),
  );
});
