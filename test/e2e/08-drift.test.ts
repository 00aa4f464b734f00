import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { autoscaleByHand, withoutAutoscaler } from "./support/autoscaler.ts";
import { describePart } from "./support/describe-part.ts";
import { findingOf, runMend } from "./support/doctor.ts";
import { canaryctl, kubectl, liveRoute, liveWeight, namespace, requireLab, route, weightPatch } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig, readConfig } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** The application's namespace, of which all cases speak. */
const inside = (...args: readonly string[]) => kubectl(...args, "-n", namespace);

const replicas = (name: string) => inside("get", "deployment", name, "-o", "jsonpath={.spec.replicas}");

describePart("drift", () => {
  beforeAll(async () => {
    await requireLab();
    expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
  }, 90_000);

  test("what was changed and deleted is seen by status, and put back by one up", async () => {
    await kubectl("label", "namespace", namespace, "istio-injection-");
    await inside("scale", "deployment", "versioned-echo-v1", "--replicas=3");
    await inside("delete", "destinationrule", "versioned-echo");
    await inside("delete", "deployment", "versioned-echo-v2");
    const fault = [
      { op: "add", path: "/spec/http/1/fault", value: { delay: { percentage: { value: 1 }, fixedDelay: "1s" } } },
    ];
    await inside("patch", "virtualservice", route, "--type", "json", "-p", JSON.stringify(fault));

    const blind = await canaryctl("status");
    expect(blind.exitCode).toBe(1);
    expect(blind.stdout).toMatch(/Namespace canary-lab has lost its label/);
    expect(blind.stdout).toMatch(/versioned-echo-v1 has been scaled: 3 pods, and the config asks for 2/);
    expect(blind.stdout).toMatch(/no DestinationRule versioned-echo/);
    expect(blind.stdout).toMatch(/There is no Deployment versioned-echo-v2, and it should serve traffic/);
    expect(blind.stdout).toMatch(/spec\.http\.1\.fault/);

    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toMatch(
      /Drift: Namespace canary-lab: metadata\.labels\.istio-injection is absent, and was enabled/,
    );
    expect(outcome.stderr).toMatch(/Drift: Deployment canary-lab\/versioned-echo-v1: spec\.replicas is 3, and was 2/);
    expect(await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.labels.istio-injection}")).toBe(
      "enabled",
    );
    expect(await replicas("versioned-echo-v1")).toBe("2");
    expect(await inside("get", "virtualservice", route, "-o", "jsonpath={.spec.http[1].fault}")).toBe("");
    expect(await liveWeight()).toBe(30);
    const status = await canaryctl("status");
    expect(status.stdout).not.toMatch(/Next:/);
    expect(status.exitCode).toBe(0);
  }, 180_000);

  test("a namespace that was deleted comes back with all that was in it, at the weight that it had", async () => {
    await kubectl("delete", "namespace", namespace, "--wait=false");
    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toMatch(/Drift: Namespace canary-lab is gone, and \d+ more of the stack's objects with it/);
    expect(await liveWeight()).toBe(30);
    expect(splitFault(await sendLoad(sampleLoad), 30)).toBeUndefined();
  }, 240_000);

  describe("a number of pods that somebody else wrote is no conflict for a later command", () => {
    test("kubectl", async () => {
      await inside("scale", "deployment", "versioned-echo-v1", "--replicas=4");
      editConfig({ replicas: 3 });
      expect((await canaryctl("set-traffic", "60", "40")).exitCode).toBe(0);
      expect((await canaryctl("up")).exitCode).toBe(0);
      expect(await replicas("versioned-echo-v1")).toBe("3");
    }, 240_000);

    test("kubectl, which took pods away and moved the route, while the config changes too", async () => {
      await inside("scale", "deployment", "versioned-echo-v1", "--replicas=1");
      await inside("patch", "virtualservice", route, "--type=json", "-p", weightPatch(await liveRoute(), 80));
      editConfig({ canaryWeight: "20", plan: "25" });
      expect((await canaryctl("up")).exitCode).toBe(0);
      expect(await replicas("versioned-echo-v1")).toBe("3");
      expect(await liveWeight()).toBe(20);
      editConfig({ plan: undefined });
      expect((await canaryctl("set-traffic", "60", "40")).exitCode).toBe(0);
    }, 240_000);

    test("an autoscaler made by hand, which doctor names with the command that takes it away", async () => {
      const id = "autoscaler/versioned-echo-v1";
      await autoscaleByHand({ apiVersion: "apps/v1", kind: "Deployment", name: "versioned-echo-v1" }, 4);
      try {
        expect(await findingOf(id)).toMatchObject({ severity: "warning" });
        await until("it has scaled", async () => (await replicas("versioned-echo-v1")) === "4");
        expect((await canaryctl("set-traffic", "50", "50")).exitCode).toBe(0);
        expect((await canaryctl("rollback")).exitCode).toBe(0);
        const outcome = await canaryctl("up");
        expect(outcome.exitCode).toBe(0);
        expect(outcome.stderr).toMatch(/versioned-echo-v1: spec\.replicas is 4, and was 3/);
        await runMend(await findingOf(id));
        expect(await inside("get", "horizontalpodautoscalers", "-o", "name")).toBe("");
      } finally {
        await withoutAutoscaler();
      }
    }, 120_000);

    test("the config's own autoscaler, to which the number is left until the config takes it back", async () => {
      await inside("scale", "deployment", "versioned-echo-v1", "--replicas=4");
      editConfig({ replicas: undefined, autoscaling: { minReplicas: 2, maxReplicas: 4 } });
      const first = await canaryctl("up");
      expect(first.exitCode).toBe(0);
      expect(first.stderr).toMatch(/versioned-echo-v1: spec\.replicas is 4, .* The update leaves it to the autoscaler/);
      const bounds = "{range .items[*]}{.spec.scaleTargetRef.name} {.spec.minReplicas}-{.spec.maxReplicas};{end}";
      expect(await inside("get", "horizontalpodautoscalers", "-o", `jsonpath=${bounds}`)).toBe(
        "versioned-echo-v1 2-4;versioned-echo-v2 2-4;",
      );
      expect(await replicas("versioned-echo-v1")).toBe("4");
      await inside("scale", "deployment", "versioned-echo-v1", "--replicas=3");
      expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
      const again = await canaryctl("up");
      expect(again.exitCode).toBe(0);
      expect(again.stderr).not.toMatch(/Drift:/);
      expect(await replicas("versioned-echo-v1")).toBe("3");
      expect((await canaryctl("status")).exitCode).toBe(0);

      editConfig({ autoscaling: undefined });
      expect((await canaryctl("up")).exitCode).toBe(0);
      expect(await replicas("versioned-echo-v1")).toBe("2");
      expect(await inside("get", "horizontalpodautoscalers", "-o", "name")).toBe("");
    }, 120_000);
  });

  test("a share that the ready pods cannot carry is refused with the way to pods, and goes where that is said, which history keeps", async () => {
    await inside("scale", "deployment", "versioned-echo-v2", "--replicas=1");
    await until("one pod is left", async () => {
      return (await inside("get", "deployment", "versioned-echo-v2", "-o", "jsonpath={.status.readyReplicas}")) === "1";
    });
    const before = await liveWeight();
    const move = ["set-traffic", "20", "80"];
    const refused = await canaryctl(...move);
    expect(
      refusalFault(refused, /canary has 1 ready pods, and 80 % .* needs 2 of the 2/, /rollout status/),
    ).toBeUndefined();
    expect(await liveWeight()).toBe(before);

    expect((await canaryctl(...move, "--allow-overload", "--reason", "a test")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(80);
    expect((await canaryctl("history")).stdout).toMatch(/set-traffic 20 80 --allow-overload.*a test/);
    expect(readConfig("allowOverload")).toBeUndefined();
    await inside("scale", "deployment", "versioned-echo-v2", "--replicas=2");
    await inside("rollout", "status", "deployment", "versioned-echo-v2", "--timeout=60s");
    expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
  }, 90_000);

  test("a second VirtualService for the host is named by status", async () => {
    const rival = join(repositoryRoot, ".lab", "rival.json");
    const spec = { hosts: ["versioned-echo"], http: [{ route: [{ destination: { host: "versioned-echo" } }] }] };
    writeFileSync(
      rival,
      JSON.stringify({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "rival", namespace },
        spec,
      }),
    );
    await kubectl("apply", "-f", rival);
    const outcome = await canaryctl("status");
    await inside("delete", "virtualservice", "rival");
    rmSync(rival);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toMatch(/VirtualService canary-lab\/rival claims the application's host too/);
  }, 60_000);

  describe("a lock of a runner that is gone", () => {
    const folder = join(repositoryRoot, ".lab/state/.pulumi/locks/organization/canary-lab/dev");
    const file = join(folder, "gone.json");

    afterEach(() => rmSync(file, { force: true }));

    test.each([[["up"]], [["set-traffic", "70", "30"]]])(
      "%j says who, since when and the way out, and does not wait",
      async (args) => {
        mkdirSync(folder, { recursive: true });
        const lock = { pid: 4242, username: "ci", hostname: "runner-1", timestamp: "2026-01-01T00:00:00Z" };
        writeFileSync(file, JSON.stringify(lock));
        const outcome = await canaryctl(...args);
        expect(
          refusalFault(outcome, /process 4242 of ci on runner-1, since 2026-01-01/, /pulumi cancel --yes dev/),
        ).toBeUndefined();
        expect(outcome.seconds).toBeLessThan(20);
      },
      60_000,
    );
  });
});
