import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { requestRate } from "../../canary/slo/queries.ts";
import { applicationSource, callerSource } from "../../canary/slo/source.ts";
import { run } from "./support/command.ts";
import { enterStack, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack, objective } from "./support/full-stack.ts";
import {
  canaryctl,
  kubectl,
  labShell,
  liveRoute,
  liveWeight,
  namespace,
  requireLab,
  route,
  weightPatch,
} from "./support/lab.ts";
import { activeTargets, askPrometheus, calmly, isUp, labelsOfSeries, scrapedPods } from "./support/prometheus.ts";
import { refusalFault } from "./support/refusal.ts";
import { ruleTests } from "./support/rule-tests.ts";
import { analysisQueries, dashboardQueries, liveRules, startAnalysis } from "./support/slo-objects.ts";
import { configuredWeight, editConfig } from "./support/stack-config.ts";
import { type SteadyLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** What was deployed a moment ago is scraped when the kubelet has brought the new configuration, which it may take 90 seconds for. */
const onceConfigured = { ...calmly, seconds: 120 };

describePart("an objective", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...fullStack, ...startingPoint });
  }, 1_900_000);

  describe("what is scraped", () => {
    const podNames = async (where: string, labels: string): Promise<readonly string[]> =>
      (await kubectl("get", "pods", "-n", where, "-l", labels, "-o", "name"))
        .split("\n")
        .map((name) => name.replace("pod/", ""));

    test.each([
      ["versioned-echo", namespace, "app=versioned-echo"],
      ["monitoring/envoy", namespace, "app in (versioned-echo,versioned-echo-client)"],
      ["monitoring/envoy", "istio-ingress", "istio=ingress"],
      ["monitoring/istiod", "istio-system", "app=istiod"],
      ["monitoring/argo-rollouts", "argo-rollouts", "app.kubernetes.io/component=rollouts-controller"],
    ])(
      "%s: the pods in %s with %s",
      async (job, where, labels) => {
        await until(
          `${job} has every pod of ${where} with ${labels}`,
          async () => {
            const [pods, targets] = [await podNames(where, labels), await scrapedPods(job)];
            return pods.length > 0 && pods.every((pod) => targets.includes(pod));
          },
          onceConfigured,
        );
      },
      150_000,
    );

    test("a pod of the application without a sidecar as well", async () => {
      const name = "versioned-echo-without-sidecar";
      const image = await kubectl(
        ...["get", "deployment", "versioned-echo-v1", "-n", namespace],
        ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
      );
      // By its label the Service counts it among its pods; no subset does, so that no request is sent to it.
      const pod = {
        apiVersion: "v1",
        spec: { containers: [{ name, image, ports: [{ name: "http", containerPort: 8080 }] }] },
      };
      const labels = "--labels=app=versioned-echo,sidecar.istio.io/inject=false,version=none";
      await kubectl("run", name, "-n", namespace, `--image=${image}`, labels, `--overrides=${JSON.stringify(pod)}`);
      try {
        await until("it is scraped", async () => (await scrapedPods("versioned-echo")).includes(name), onceConfigured);
      } finally {
        await kubectl("delete", "pod", name, "-n", namespace, "--now");
      }
    }, 180_000);

    test("nothing that does not answer", async () => {
      await until("every target is up", async () => (await activeTargets()).every(isUp), onceConfigured);
    }, 150_000);
  });

  describe("promtool", () => {
    const folder = mkdtempSync(join(tmpdir(), "canary-lab-rules-"));
    afterAll(() => rmSync(folder, { recursive: true }));
    const write = (name: string, content: object): string => {
      writeFileSync(join(folder, name), stringify(content, { aliasDuplicateObjects: false }));
      return join(folder, name);
    };
    const promtool = async (...args: readonly string[]) =>
      run("promtool", args, { env: await labShell(), timeoutSeconds: 120 });

    test("accepts the rules that are in the cluster", async () => {
      const rules = write("rules.yaml", await liveRules());
      const { exitCode, output } = await promtool("check", "rules", "--lint=all", "--lint-fatal", rules);
      expect(output).toMatch(/SUCCESS: 20 rules found/);
      expect(exitCode).toBe(0);
    }, 60_000);

    test("sees the alerts fire when they must, and only then", async () => {
      const rules = write("rules.yaml", await liveRules());
      const { exitCode } = await promtool("test", "rules", write("tests.yaml", ruleTests(rules, objective)));
      expect(exitCode).toBe(0);
    }, 150_000);
  });

  describe("while requests are sent, v2 fails and its share rises", () => {
    let load: SteadyLoad | undefined;

    const analyses = [
      { name: "try-good", source: "caller", args: { host: "versioned-echo", subset: "v1" }, phase: "Successful" },
      { name: "try-bad", source: "caller", args: { host: "versioned-echo", subset: "v2" }, phase: "Failed" },
      { name: "try-bad-version", source: "application", args: { version: "v2" }, phase: "Failed" },
      { name: "try-nothing", source: "application", args: { version: "v0" }, phase: "Inconclusive" },
    ] as const;

    beforeAll(async () => {
      await setFaults("version=v2", { errorRate: 0.5 });
      load = await startSteadyLoad({ rate: 100 });
      // A move is seen against the share of a moment before: what is asked for here is the older one, wherever requests are counted.
      const measured = { app: "versioned-echo", namespace };
      for (const source of [applicationSource(measured), callerSource(measured)]) {
        const older = `${requestRate(source, "20s", "20s")} > 1`;
        await until("the load was measured a while ago", async () => (await askPrometheus(older)).length >= 2, calmly);
      }
      for (const { name, source, args } of analyses) await startAnalysis(name, source, args);
      const patch = weightPatch(await liveRoute(), 50);
      await kubectl("patch", "virtualservice", route, "-n", namespace, "--type=json", "-p", patch);
    }, 120_000);

    afterAll(async () => {
      await load?.stop();
      const names = analyses.map(({ name }) => name);
      await kubectl("delete", "analysisruns", "-n", namespace, "--ignore-not-found", ...names);
      await setFaults("version=v2", {});
      // The next file's release would be held back by it.
      const burning = 'ALERTS{alertname="ErrorBudgetBurn",alertstate="firing"}';
      await until("no budget burns any more", async () => (await askPrometheus(burning)).length === 0, {
        ...calmly,
        seconds: 150,
      });
    }, 300_000);

    /** The alert ends when the share rises no more, so what comes later asks whether it has fired. */
    const rising = (more = "") => `ALERTS{alertname="ErrorsWhileShareRises",alertstate="firing"${more}}`;

    test("an alert fires as long as the share rises, wherever requests are counted, and a promotion is refused meanwhile", async () => {
      await labelsOfSeries(rising(), 1);
      const before = configuredWeight();
      editConfig({ canaryWeight: await liveWeight() }); // a share that the config does not ask for is refused for that
      try {
        const outcome = await canaryctl("promote", "--full");
        expect(refusalFault(outcome, /Alerts of the canary fire: Err/, /rollback/)).toBeUndefined();
      } finally {
        editConfig({ canaryWeight: before });
      }
      for (const source of ["application", "caller"])
        await labelsOfSeries(`max_over_time(${rising(`,measured_at="${source}"`)}[2m])`, 1);
    }, 120_000);

    test("a report has what the callers counted of both versions, by Prometheus", async () => {
      const all = await until(
        "its errors are counted",
        async () => {
          const { traffic } = JSON.parse((await canaryctl("report", "--json", "--since", "24h")).stdout);
          return traffic?.all.canary.errors > 0 ? traffic.all : undefined;
        },
        calmly,
      );
      expect(all.canary.errorRate.lower).toBeGreaterThan(0);
      for (const version of ["stable", "canary"])
        expect(all[version]).toMatchObject({ requests: expect.any(Number), p95: { lower: expect.any(Number) } });
    }, 120_000);

    test("every query of the dashboard answers, and it has marked the move", async () => {
      const { marks, panels } = await dashboardQueries();
      expect([marks.length, panels.length]).toEqual([2, 8]);
      for (const query of [...marks.map((mark) => `max_over_time((${mark})[2m:5s])`), ...panels])
        await labelsOfSeries(query, 2);
    }, 90_000);

    test("every rule answers, the alerts' too, and none fires for v1", async () => {
      const rules = (await liveRules()).groups.flatMap((group) => group.rules);
      const records = rules.filter(({ record }) => record);
      const alerts = rules.filter(({ alert }) => alert);
      expect([records.length, alerts.length]).toEqual([14, 6]);
      for (const { alert, expr } of alerts) {
        // What the lab did in the hour before waters down the long windows: promtool has looked at the thresholds, this is about the rest.
        const query =
          alert === "ErrorBudgetBurn" ? expr.replaceAll(/(?<=} > )[\d.]+/g, "0") : `max_over_time((${expr})[2m:5s])`;
        const firing = (await labelsOfSeries(query, 1)).map(
          ({ version, cluster_name }) => version ?? cluster_name?.split("|")[2],
        );
        expect(firing).toContain("v2");
        expect(firing).not.toContain("v1");
      }
      for (const { expr, record = "" } of records) for (const query of [expr, record]) await labelsOfSeries(query, 2);
    }, 120_000);

    test.each([
      ["application", { version: "v2" }],
      ["caller", { host: "versioned-echo", subset: "v2" }],
    ] as const)(
      "every query of an analysis answers, as the %s counts",
      async (source, args) => {
        const queries = await analysisQueries(source, args);
        expect(queries).toHaveLength(2);
        for (const query of queries) expect(await labelsOfSeries(query, 1)).toHaveLength(1);
      },
      60_000,
    );

    test.each(analyses)(
      "the analysis $name, by itself: $phase",
      async ({ name, phase }) => {
        const last = await until(
          `${name} ends`,
          async () => {
            const now = await kubectl("get", "analysisrun", name, "-n", namespace, "-o", "jsonpath={.status.phase}");
            return ["", "Pending", "Running"].includes(now) ? undefined : now;
          },
          calmly,
        );
        expect(last).toBe(phase);
      },
      90_000,
    );
  });
});
