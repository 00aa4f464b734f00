import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { run, userEnvironment } from "./support/command.ts";
import { backToStart, mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { canaryctl, canaryctlFile, kubectl, liveWeight, namespace, pulumi, requireLab, route } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { configuredWeight, editConfig, readConfig } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

const lab = (...path: readonly string[]) => join(repositoryRoot, ".lab", ...path);

async function moveTo(canary: number): Promise<void> {
  expect((await canaryctl("set-traffic", String(100 - canary), String(canary))).exitCode).toBe(0);
}

const deployment = (version: string, path: string): Promise<string> =>
  kubectl("get", "deployment", `versioned-echo-${version}`, "-n", namespace, "-o", `jsonpath={${path}}`);

// What is applied counts here, so that no file before this one may have left a change that waits.
describePart("moves", () => {
  beforeAll(async () => {
    await requireLab();
    await backToStart();
  }, 120_000);

  afterAll(() =>
    editConfig({
      replicas: undefined,
      canaryImage: undefined,
      stickyCookie: undefined,
      plan: undefined,
      namespace: undefined,
    }),
  );

  describe("a move changes the traffic only", () => {
    test("what else is in the config is named with both values, and left alone by move, promotion and rollback", async () => {
      editConfig({ replicas: 3, canaryImage: "versioned-echo:v3", stickyCookie: "side" });
      const image = await deployment("v2", ".spec.template.spec.containers[0].image");
      for (const [args, share] of [
        [["set-traffic", "80", "20"], 20],
        [["promote"], 30],
        [["rollback"], 0],
      ] as const) {
        const outcome = await canaryctl(...args);
        expect(outcome.exitCode).toBe(0);
        expect(outcome.output).toMatch(/replicas is 2 in the cluster and 3 in Pulumi\.dev\.yaml/);
        expect(outcome.output).toMatch(/canaryImage is versioned-echo:v2 in the cluster and versioned-echo:v3/);
        expect(await liveWeight()).toBe(share);
        expect(configuredWeight()).toBe(share);
      }
      expect(await deployment("v1", ".spec.replicas")).toBe("2");
      expect(await deployment("v2", ".spec.template.spec.containers[0].image")).toBe(image);
      expect(await kubectl("get", "virtualservice", route, "-n", namespace, "-o", "yaml")).not.toContain("side=");
      expect(readConfig("replicas")).toBe("3");
    }, 120_000);

    test("a canary that comes or goes takes nothing of it along either, but what a release is like", async () => {
      editConfig({ plan: "25" });
      for (const args of [["delete-canary"], ["create-canary", "--image", "versioned-echo:v2"]]) {
        const outcome = await canaryctl(...args);
        expect(outcome.exitCode).toBe(0);
        expect(outcome.output).toMatch(/Left alone: replicas is 2 in the cluster and 3 in Pulumi\.dev\.yaml/);
        const pending = args[0] === "delete-canary" ? /Left alone: plan is 10-30-60/ : /With the release goes plan/;
        expect(outcome.output).toMatch(pending);
      }
      expect(await deployment("v1", ".spec.replicas")).toBe("2");
      expect(await liveWeight()).toBe(0);
      expect((await canaryctl("promote")).exitCode).toBe(0);
      expect(await liveWeight()).toBe(25);
      editConfig({ replicas: undefined, canaryImage: undefined, stickyCookie: undefined, plan: undefined });
      await mustBeUp();
    }, 120_000);

    test("where the file names another namespace, they act on the one that runs, and status says so", async () => {
      editConfig({ namespace: "canary-lab-elsewhere" });
      for (const [args, share] of [
        [["set-traffic", "70", "30"], 30],
        [["rollback"], 0],
      ] as const) {
        const outcome = await canaryctl(...args);
        expect(outcome.exitCode).toBe(0);
        expect(outcome.output).toMatch(/namespace is canary-lab in the cluster and canary-lab-elsewhere in Pulumi/);
        expect(await liveWeight()).toBe(share);
      }
      expect((await canaryctl("history", "--last", "1")).stdout).toMatch(/ rollback /);
      const status = await canaryctl("status");
      expect(
        refusalFault(status, /what is deployed has canary-lab\b/, /config set namespace canary-lab/),
      ).toBeUndefined();
      expect(await kubectl("get", "namespace", "canary-lab-elsewhere", "--ignore-not-found")).toBe("");
      const diagnosis = JSON.parse((await canaryctl("doctor", "--ns", namespace, "--json")).stdout);
      expect(diagnosis).toMatchObject({ namespace });
      expect(diagnosis.findings).toContainEqual(expect.objectContaining({ id: "pending-config" }));
      for (const command of ["doctor", "down"])
        expect((await canaryctl("--ns", "canary-lab-elsewhere", command)).output).toMatch(
          /--ns is "canary-lab-elsewhere"/,
        );
      editConfig({ namespace: undefined });
    }, 60_000);

    test("it is done when the callers' proxies send by it", async () => {
      await moveTo(60);
      expect(splitFault(await sendLoad(sampleLoad), 60)).toBeUndefined();
    }, 60_000);
  });

  describe("plain pulumi refuses what canaryctl refuses, in a preview as well", () => {
    test("a share for a canary without a ready pod", async () => {
      await moveTo(0);
      expect(await setFaults("version=v2", { ready: false })).toBe(2);
      await kubectl(
        "wait",
        "pod",
        "-n",
        namespace,
        "-l",
        "app=versioned-echo,version=v2",
        "--for=condition=Ready=false",
      );
      expect(refusalFault(await canaryctl("set-traffic", "50", "50"), /no ready pod of 2/)).toBeUndefined();
      editConfig({ canaryWeight: 50 });
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]])
        expect((await pulumi(...args)).output).toMatch(/no ready pod of 2/);
      editConfig({ canaryWeight: 0 });
      expect(await liveWeight()).toBe(0);
      await kubectl("delete", "pod", "-n", namespace, "-l", "app=versioned-echo,version=v2", "--wait=false");
      await kubectl("rollout", "status", "deployment", "versioned-echo-v2", "-n", namespace, "--timeout=60s");
    }, 120_000);

    test("another image for a canary that has a share", async () => {
      await moveTo(10);
      editConfig({ canaryImage: "versioned-echo:v3" });
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]])
        expect((await pulumi(...args)).output).toMatch(/which versioned-echo:v3 would get untested/);
      editConfig({ canaryImage: undefined });
    }, 90_000);
  });

  describe("rollback works from nothing", () => {
    test("without a route and what it leads by", async () => {
      await moveTo(50);
      await kubectl("delete", "virtualservice", route, "-n", namespace);
      await kubectl("delete", "destinationrule", "versioned-echo", "-n", namespace);
      const outcome = await canaryctl("rollback");
      expect(outcome.exitCode).toBe(0);
      expect(outcome.output).toMatch(/there was no route/);
      expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
    }, 90_000);

    test("without the state: the traffic is back, and it says what is left", async () => {
      await moveTo(50);
      renameSync(lab("state"), lab("state-away"));
      try {
        const fault = refusalFault(await canaryctl("rollback"), /traffic is back/, /state does not say so/);
        expect(fault).toBeUndefined();
        expect(await liveWeight()).toBe(0);
      } finally {
        renameSync(lab("state-away"), lab("state"));
      }
      expect((await canaryctl("rollback")).exitCode).toBe(0);
    }, 90_000);

    test("without the engine", async () => {
      await moveTo(50);
      const file = lab("environment.json");
      const environment = readFileSync(file, "utf8");
      writeFileSync(file, JSON.stringify({ ...JSON.parse(environment), path: ["/nonexistent"] }));
      try {
        const user = userEnvironment();
        const folders = (user.PATH ?? "").split(delimiter).filter((folder) => !existsSync(join(folder, "pulumi")));
        const outcome = await run(canaryctlFile, ["rollback"], { env: { ...user, PATH: folders.join(delimiter) } });
        expect(refusalFault(outcome, /traffic is back/, /no `pulumi` on PATH/)).toBeUndefined();
        expect(await liveWeight()).toBe(0);
      } finally {
        writeFileSync(file, environment);
      }
    }, 90_000);

    test("behind the lock of a runner that is gone: it does not wait", async () => {
      await moveTo(50);
      const lock = lab("state/.pulumi/locks/organization/canary-lab/dev/gone.json");
      mkdirSync(dirname(lock), { recursive: true });
      writeFileSync(lock, '{"pid":4242,"username":"ci","hostname":"runner-1","timestamp":"2026-01-01T00:00:00Z"}');
      try {
        const outcome = await canaryctl("rollback");
        expect(refusalFault(outcome, /traffic is back/, /runner-1/)).toBeUndefined();
        expect(outcome.seconds).toBeLessThan(20);
        expect(await liveWeight()).toBe(0);
      } finally {
        rmSync(lock);
      }
      await moveTo(10);
    }, 90_000);
  });

  test("a promotion before the bake time is over needs --now and a reason, which the history keeps", async () => {
    await moveTo(0);
    await moveTo(10);
    for (const args of [["promote"], ["promote", "--full"]])
      expect(refusalFault(await canaryctl(...args), /The plan keeps 10 % for 1m, and \d+ s/, /--now/)).toBeUndefined();
    expect((await canaryctl("promote", "--now")).exitCode).toBe(2);
    expect((await canaryctl("promote", "--now", "--reason", "a test of it")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(30);
    expect((await canaryctl("history")).stdout).toMatch(/promote --now.*a test of it/);
    await moveTo(10);
  }, 60_000);
});
