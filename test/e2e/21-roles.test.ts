import { readFileSync, rmSync, statSync } from "node:fs";
import { ApiError, KubeClient } from "@canary-lab/kit/kube/client";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { roleNames } from "../../stacks/role-names.ts";
import { roleRights } from "../../stacks/roles.ts";
import { allowedOf, asRight, discover, type Try, verbs } from "./support/all-rights.ts";
import { run } from "./support/command.ts";
import { backToStart, enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, liveWeight, namespace, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { as, audited, labEnvironment, programConfig, roleAccount, roleFile, user } from "./support/role.ts";
import { configuredWeight, editConfig } from "./support/stack-config.ts";

// Each command is run by its role's own kubeconfig, and whatever else there is in the API is tried with its token.

describePart("accounts with the rights of a role", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...startingPoint, accounts: true });
  }, 300_000);

  afterAll(async () => {
    for (const role of roleNames) rmSync(roleFile(role), { force: true });
    editConfig({ accounts: undefined });
    await backToStart();
  }, 240_000);

  test.each(roleNames)(
    "a kubeconfig for %s is private, holds for an hour, and the printed command runs by it",
    async (role) => {
      const outcome = await canaryctl("kubeconfig", "--role", role);
      expect(outcome.exitCode).toBe(0);
      expect(statSync(roleFile(role)).mode & 0o777).toBe(0o600);
      const { users } = parse(readFileSync(roleFile(role), "utf8")) as { users: { user: { token: string } }[] };
      const token = users[0]?.user.token ?? "";
      expect(outcome.output).not.toContain(token);
      const { exp, iat, sub } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      expect([exp - iat, sub]).toEqual([3600, roleAccount(role)]);
      const [, next = ""] = /^ *next: +(.*)$/m.exec(outcome.stdout) ?? [];
      const printed = await run("bash", ["-c", next], { env: user });
      expect(printed.exitCode).toBe(0);
      expect(printed.stdout).toMatch(/weights live +90\/10/);
    },
    60_000,
  );

  test.each(roleNames)(
    "of all verbs on all resources %s may what its role says, and nothing else",
    async (role) => {
      const { kubeconfig, kubeContext } = labEnvironment();
      const resources = await discover(new KubeClient(kubeconfig, kubeContext));
      expect(resources.length).toBeGreaterThan(100);
      const given = roleRights(role, programConfig());
      const others = ["istio-ingress", "istio-system", "kube-system", "default"];
      const places = [...new Set([undefined, ...others, ...given.map(({ namespace: place }) => place)])];
      const isInPlaces = ({ namespaced, name }: (typeof resources)[number]) => namespaced || name === "namespaces";
      const isPlaced = new Map(resources.map((of) => [asRight(of), isInPlaces(of)]));
      const tries = resources.flatMap((of) =>
        (isInPlaces(of) ? places : [undefined]).flatMap((place) => verbs.map((verb): Try => ({ verb, of, place }))),
      );
      // What is given for the whole cluster holds in each namespace.
      const rights = given.flatMap(({ verb, resource, namespace: place }) => {
        const holds = place === undefined && (isPlaced.get(resource) ?? false) ? places : [place];
        return holds.map((where) => [verb, resource, ...(where ? ["in", where] : [])].join(" "));
      });
      const ofServer = [...new Set(rights)].filter((right) => isPlaced.has(right.split(" ")[1] ?? ""));
      const allowed = await allowedOf(new KubeClient(roleFile(role), kubeContext), tries);
      console.log(`# ${role}: ${tries.length} tries, ${allowed.length} allowed`);
      expect(allowed).toEqual(ofServer.toSorted());
    },
    240_000,
  );

  describe("a mover", () => {
    test("moves the traffic, promotes and rolls back, and the history names the account", async () => {
      expect((await as("mover", "set-traffic", "70", "30")).exitCode).toBe(0);
      expect(await liveWeight()).toBe(30);
      expect((await as("mover", "promote", "--now", "--reason", "a test")).exitCode).toBe(0);
      expect(await liveWeight()).toBe(60);
      expect((await as("mover", "rollback")).exitCode).toBe(0);
      expect(await liveWeight()).toBe(0);
      const history = await as("mover", "history", "--json", "--last", "3");
      const account = roleAccount("mover");
      expect(JSON.parse(history.stdout)).toEqual([
        expect.objectContaining({ account, command: "rollback" }),
        expect.objectContaining({ account, command: "promote --now" }),
        expect.objectContaining({ account, command: "set-traffic 70 30" }),
      ]);
      expect(await kubectl("get", "events", "-n", namespace, "--field-selector", "reason=Moved", "-o", "wide")).toMatch(
        new RegExp(`rollback: 40/60 -> 100/0, by \\S+, for the cluster ${account}`),
      );
      // A move writes the route itself, and the engine writes it once more.
      expect(audited(account, "virtualservices").length).toBeGreaterThanOrEqual(3);
      expect(new Set(audited(account, "virtualservices"))).toEqual(new Set(["patch virtualservices 200"]));
    }, 120_000);

    test("ends a release, and takes it back", async () => {
      expect((await as("mover", "set-traffic", "90", "10")).exitCode).toBe(0);
      expect((await as("mover", "promote", "--full", "--now", "--reason", "a test")).exitCode).toBe(0);
      expect((await as("mover", "status")).exitCode).toBe(0);
      expect((await as("mover", "rollback")).exitCode).toBe(0);
      expect((await as("mover", "status")).exitCode).toBe(0);
    }, 240_000);

    test("has doctor look at what it may see, and name what it may not", async () => {
      const { stdout } = await as("mover", "doctor", "--json");
      const findings = JSON.stringify(JSON.parse(stdout));
      expect(findings).toContain("Not looked at: ");
      expect(findings).not.toMatch(new RegExp(`Not looked at: [^"]*/namespaces/${namespace}/`));
    }, 60_000);
  });

  test.each(["updater", "mover"] as const)(
    "%s leads no gateway to the live page",
    async (role) => {
      const outcome = await as(role, "ui", "--gateway", "--port", "0");
      expect(refusalFault(outcome, /This account may not lead the gateway.*endpointslices/)).toBeUndefined();
      expect(await kubectl("get", "services", "-n", namespace, "-l", "app=versioned-echo-ui", "-o", "name")).toBe("");
    },
    60_000,
  );

  test("a viewer sees the release and its history, and moves nothing", async () => {
    await enterStack({ ...startingPoint, accounts: true });
    expect((await as("viewer", "status")).exitCode).toBe(0);
    expect((await as("viewer", "history")).exitCode).toBe(0);
    const before = [await liveWeight(), configuredWeight()];
    for (const command of [["set-traffic", "40", "60"], ["rollback"]]) {
      const outcome = await as("viewer", ...command);
      expect(outcome.exitCode).not.toBe(0);
      expect(outcome.output).toMatch(/forbidden|cannot patch/);
    }
    expect([await liveWeight(), configuredWeight()]).toEqual(before);
  }, 180_000);

  test("an account is known by no Secret, and its token is refused once the account is gone", async () => {
    expect(await kubectl("-n", namespace, "get", "secrets", "-o", "name")).not.toContain("versioned-echo-viewer");
    editConfig({ accounts: false });
    await mustBeUp();
    const gone = new KubeClient(roleFile("viewer"), labEnvironment().kubeContext);
    await expect(gone.get(`/api/v1/namespaces/${namespace}/services`)).rejects.toThrow(ApiError);
  }, 180_000);
});
