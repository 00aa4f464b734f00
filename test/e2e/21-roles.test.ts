import { readFileSync, rmSync, statSync } from "node:fs";
import { ApiError, KubeClient } from "@canary-lab/kit/kube/client";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { inLab, repositoryRoot } from "../../cluster/lab-folder.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { recordedEnvironment } from "../../stacks/lab-records.ts";
import { type RoleName, roleNames } from "../../stacks/role-names.ts";
import { roleRights } from "../../stacks/roles.ts";
import { type Outcome, run, userEnvironment } from "./support/command.ts";
import { backToStart, enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, canaryctlFile, kubectl, liveWeight, namespace, requireLab } from "./support/lab.ts";
import { configuredWeight, editConfig } from "./support/stack-config.ts";

// Each command is run by its role's own kubeconfig, and whatever else there is in the API is tried with its token.

const file = (role: RoleName) => inLab("accounts", `dev-${role}.yaml`);
const environment = () => {
  const found = recordedEnvironment("dev");
  if (!found) throw new Error("The lab is not up.");
  return found;
};
const { CANARY_LAB_ENV: _, ...user } = userEnvironment();

/** A command of canaryctl by the kubeconfig of a role. */
const as = (role: RoleName, ...args: readonly string[]): Promise<Outcome> =>
  run(canaryctlFile, args, {
    env: { ...user, CANARY_LAB_KUBE_CONTEXT: environment().kubeContext, CANARY_LAB_KUBECONFIG: file(role) },
    timeoutSeconds: 300,
  });

/** The stack's config as the program reads it. */
function config() {
  const { config: values } = parse(readFileSync(`${repositoryRoot}/Pulumi.dev.yaml`, "utf8")) as {
    readonly config: Readonly<Record<string, string>>;
  };
  return parseConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key.replace(/^canary-lab:/, ""), value])),
  );
}

interface Resource {
  readonly group: string;
  /** With a subresource: `pods/exec`. */
  readonly name: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly namespaced: boolean }[];
}

/** All that the API server has. */
async function discover(client: KubeClient): Promise<readonly Resource[]> {
  const groups = await client.get<{
    readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly groupVersion: string } }[];
  }>("/apis");
  const places = [
    { name: "", path: "/api/v1" },
    ...(groups?.groups ?? []).map(({ name, preferredVersion }) => ({
      name,
      path: `/apis/${preferredVersion.groupVersion}`,
    })),
  ];
  const lists = await Promise.all(
    places.map(async ({ name: group, path }) =>
      ((await client.get<ResourceList>(path))?.resources ?? []).map(({ name, namespaced }) => ({
        group,
        name,
        namespaced,
      })),
    ),
  );
  return lists.flat();
}

const verbs = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["bind", "escalate", "impersonate", "approve", "sign"],
];

const asRight = ({ group, name }: Resource): string => {
  const [resource, sub] = name.split("/");
  return [resource, ...(group ? [group] : [])].join(".") + (sub ? `/${sub}` : "");
};

/** What every account may: asking who it is, and what it may. */
const isOfEveryAccount = (right: string): boolean =>
  /^create selfsubject(access|rules)?reviews\.(authorization|authentication)\.k8s\.io/.test(right);

/** One verb on one resource, at one place or in the whole cluster. */
interface Try {
  readonly verb: string;
  readonly of: Resource;
  readonly place: string | undefined;
}

async function isAllowed(client: KubeClient, { verb, of, place }: Try): Promise<boolean> {
  const [resource, subresource] = of.name.split("/");
  const { status } = await client.create<{ readonly status: { readonly allowed: boolean } }>(
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb,
          group: of.group,
          resource,
          ...(subresource && { subresource }),
          ...(place && { namespace: place }),
        },
      },
    },
  );
  return status.allowed;
}

/** Asks for all, some at a time. */
async function allowedOf(client: KubeClient, tries: readonly Try[]): Promise<readonly string[]> {
  const allowed: string[] = [];
  const left = [...tries];
  const ask = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const right = `${next.verb} ${asRight(next.of)}${next.place ? ` in ${next.place}` : ""}`;
      if ((await isAllowed(client, next)) && !isOfEveryAccount(right)) allowed.push(right);
    }
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  return allowed.toSorted();
}

/** The changes of the route that the API server wrote down of an account, the oldest first. */
const audited = (account: string): readonly string[] =>
  readFileSync(inLab("logs", "audit.log"), "utf8")
    .split("\n")
    .filter((line) => line.includes(account))
    .map((line) => JSON.parse(line))
    .filter(({ user: who, objectRef }) => who.username === account && objectRef.resource === "virtualservices")
    .map(({ verb, objectRef, responseStatus }) => `${verb} ${objectRef.resource} ${responseStatus.code}`);

describePart("accounts with the rights of a role", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...startingPoint, accounts: true });
  }, 300_000);

  afterAll(async () => {
    for (const role of roleNames) rmSync(file(role), { force: true });
    editConfig({ accounts: undefined });
    await backToStart();
  }, 240_000);

  test.each(roleNames)(
    "a kubeconfig for %s is private, holds for an hour, and the printed command runs by it",
    async (role) => {
      const outcome = await canaryctl("kubeconfig", "--role", role);
      expect(outcome.exitCode).toBe(0);
      expect(statSync(file(role)).mode & 0o777).toBe(0o600);
      const { users } = parse(readFileSync(file(role), "utf8")) as { users: { user: { token: string } }[] };
      const token = users[0]?.user.token ?? "";
      expect(outcome.output).not.toContain(token);
      const { exp, iat, sub } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      expect([exp - iat, sub]).toEqual([3600, `system:serviceaccount:${namespace}:versioned-echo-${role}`]);
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
      const { kubeconfig, kubeContext } = environment();
      const resources = await discover(new KubeClient(kubeconfig, kubeContext));
      expect(resources.length).toBeGreaterThan(100);
      const given = roleRights(role, config());
      const others = ["istio-ingress", "istio-system", "kube-system", "default"];
      const places = [...new Set([undefined, ...others, ...given.map(({ namespace: place }) => place)])];
      const tries = resources.flatMap((of) =>
        (of.namespaced || of.name === "namespaces" ? places : [undefined]).flatMap((place) =>
          verbs.map((verb): Try => ({ verb, of, place })),
        ),
      );
      const rights = given.map(({ verb, resource, namespace: place }) =>
        [verb, resource, ...(place ? ["in", place] : [])].join(" "),
      );
      const known = new Set(resources.map(asRight));
      const ofServer = rights.filter((right) => known.has(right.split(" ")[1] ?? ""));
      const allowed = await allowedOf(new KubeClient(file(role), kubeContext), tries);
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
      const account = `system:serviceaccount:${namespace}:versioned-echo-mover`;
      expect(JSON.parse(history.stdout)).toEqual([
        expect.objectContaining({ account, command: "rollback" }),
        expect.objectContaining({ account, command: "promote --now" }),
        expect.objectContaining({ account, command: "set-traffic 70 30" }),
      ]);
      expect(await kubectl("get", "events", "-n", namespace, "--field-selector", "reason=Moved", "-o", "wide")).toMatch(
        new RegExp(`rollback: 40/60 -> 100/0, by \\S+, for the cluster ${account}`),
      );
      // A move writes the route itself, and the engine writes it once more.
      expect(audited(account).length).toBeGreaterThanOrEqual(3);
      expect(new Set(audited(account))).toEqual(new Set(["patch virtualservices 200"]));
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
    const gone = new KubeClient(file("viewer"), environment().kubeContext);
    await expect(gone.get(`/api/v1/namespaces/${namespace}/services`)).rejects.toThrow(ApiError);
  }, 180_000);
});
