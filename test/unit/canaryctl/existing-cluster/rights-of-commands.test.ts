import { ApiError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { RunError } from "@pulumi/pulumi";
import {
  refuseBlindPreview,
  refuseUnfitCluster,
} from "../../../../canaryctl/src/existing-cluster/refuse-unfit-cluster.ts";
import type { Right } from "../../../../components/accounts/render-account.ts";
import { parseConfig, type RawConfig } from "../../../../stacks/config/parse-config.ts";
import { refuseWithheld } from "../../../../stacks/live/create-live-run.ts";
import type { RoleName } from "../../../../stacks/role-names.ts";
import { roleRights } from "../../../../stacks/roles.ts";
import { type Manifest, manifestsOf } from "../../../e2e/support/manifests.ts";

// Each command asks for what it needs: `up` for the accounts' rights only where it changes them, `preview` for reading alone.

const applied = { strategy: "istio", platform: "dev", accounts: true, policy: { mode: "warn" } } as const;

/** The guards of a stack as the API server has them after an `up`: with fields of its own. */
async function liveObjects(values: RawConfig): Promise<Readonly<Record<string, object>>> {
  const kinds = /^(ServiceAccount|(Cluster)?Role(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;
  const rendered = (await manifestsOf(values)).filter(({ kind }) => kinds.test(kind));
  const pathOf = ({ apiVersion, kind, metadata: { name, namespace } }: Manifest) => {
    const plural = `${kind.toLowerCase()}s`.replace(/ys$/, "ies");
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}/${name}`;
  };
  return Object.fromEntries([
    ["/api/v1/namespaces/canary-lab", { metadata: { annotations: {} } }],
    ...rendered.map((object) => [pathOf(object), { ...structuredClone(object), status: {} }]),
  ]);
}

/** A cluster in which the account has these rights alone, and what was asked about. */
function clusterOf(objects: Readonly<Record<string, object>>, rights: readonly Right[]) {
  const asked: string[] = [];
  const allowed = new Set(rights.map(({ verb, resource, namespace = "" }) => [verb, resource, namespace].join(" ")));
  const client = {
    create: async <T>(_path: string, object: object): Promise<T> => {
      const {
        verb,
        group,
        resource,
        subresource,
        namespace = "",
      } = (object as { readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> } }).spec
        .resourceAttributes;
      const named = [resource, group].filter(Boolean).join(".") + (subresource ? `/${subresource}` : "");
      const inCluster = `${verb} ${named} `;
      asked.push(inCluster + namespace);
      return { status: { allowed: allowed.has(inCluster) || allowed.has(inCluster + namespace) } } as T;
    },
    get: async <T>(path: string) => objects[path] as T,
  };
  return { client, asked };
}

type Cluster = ReturnType<typeof clusterOf>;

const environment = {
  target: "existing",
  reason: "",
  kubeconfig: "/k",
  kubeContext: "theirs",
  path: [],
  variables: {},
} as const;
const fault = async (
  look: typeof refuseUnfitCluster | typeof refuseBlindPreview,
  values: RawConfig,
  { client }: Cluster,
) => {
  const config = parseConfig(values);
  const looked =
    look === refuseBlindPreview
      ? refuseBlindPreview({ config, environment }, client, { own: undefined })
      : refuseUnfitCluster({ config, environment }, undefined, client, { own: undefined });
  return looked.then(
    () => undefined,
    (error: UserError) => error,
  );
};
const rightsOf = (role: RoleName) => roleRights(role, parseConfig(applied));
const isOfGuards = (asked: string) => /^(create|patch|delete|escalate|bind) .*(role|validatingadmission)/.test(asked);

describe("up by an updater", () => {
  const changes: readonly RawConfig[] = [
    {},
    { canaryWeight: 30 },
    { replicas: 3 },
    { canaryImage: "versioned-echo:v3" },
  ];

  test.each(changes)(
    "may change what gives no right, and no right to change the others is asked for: %j",
    async (change) => {
      const cluster = clusterOf(await liveObjects(applied), rightsOf("updater"));
      expect(await fault(refuseUnfitCluster, { ...applied, ...change }, cluster)).toBeUndefined();
      expect(cluster.asked).toContain("patch deployments.apps canary-lab");
      expect(cluster.asked.filter(isOfGuards)).toEqual([]);
    },
    60_000,
  );

  const guarded: readonly (readonly [title: string, change: RawConfig, line: string])[] = [
    [
      "other rights",
      { autoscaling: { maxReplicas: 4 } },
      "escalate, bind roles.rbac.authorization.k8s.io in namespace canary-lab",
    ],
    ["no accounts", { accounts: false }, "serviceaccounts in namespace canary-lab"],
    [
      "another policy",
      { policy: { mode: "enforce" } },
      "validatingadmissionpolicies.admissionregistration.k8s.io in the cluster",
    ],
    [
      "no policy",
      { policy: { mode: "off" } },
      "validatingadmissionpolicies.admissionregistration.k8s.io in the cluster",
    ],
  ];

  test.each(guarded)(
    "is refused where the config asks for %s, with who may",
    async (_title, change, line) => {
      const cluster = clusterOf(await liveObjects(applied), rightsOf("updater"));
      const error = await fault(refuseUnfitCluster, { ...applied, ...change }, cluster);
      expect(error?.toPlainText()).toContain(
        "This update changes the stack's accounts or its policy, and this account may not",
      );
      expect(error?.toPlainText()).toContain("have whoever has more rights run this `up` once");
      expect(error?.toPlainText()).toContain(line);
    },
    60_000,
  );

  test("is refused where somebody else has changed a role", async () => {
    const objects = await liveObjects(applied);
    const path = "/apis/rbac.authorization.k8s.io/v1/namespaces/canary-lab/roles/versioned-echo-mover";
    const wider = { ...objects[path], rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
    const cluster = clusterOf({ ...objects, [path]: wider }, rightsOf("updater"));
    expect((await fault(refuseUnfitCluster, applied, cluster))?.message).toMatch(
      /^This update changes the stack's accounts/,
    );
  }, 60_000);
});

describe("plain pulumi up by an updater", () => {
  const target = { kubeconfig: "/k", kubeContext: "theirs" };
  const changed = { ...applied, policy: { mode: "enforce" } };
  const facts = { ingress: null, monitoring: null };

  test("is refused where it changes the policy, in the words of canaryctl", async () => {
    const cluster = clusterOf(await liveObjects(applied), rightsOf("updater"));
    const { client } = cluster;
    const byProgram = refuseWithheld({ client, isEntitled: false }, parseConfig(changed), target, facts, undefined);
    const error = await byProgram.catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(RunError);
    const byCanaryctl = await fault(refuseUnfitCluster, changed, cluster);
    expect(error).toMatchObject({ message: byCanaryctl?.toPlainText() });
  }, 60_000);

  test("goes on where it leaves them as they are", async () => {
    const cluster = clusterOf(await liveObjects(applied), rightsOf("updater"));
    await refuseWithheld({ client: cluster.client, isEntitled: false }, parseConfig(applied), target, facts, undefined);
    expect(cluster.asked).toEqual([]);
  }, 60_000);

  test("asks nothing more of an account that may do everything", async () => {
    const cluster = clusterOf({}, []);
    await refuseWithheld({ client: cluster.client, isEntitled: true }, parseConfig(changed), target, facts, undefined);
    expect(cluster.asked).toEqual([]);
  });
});

test("a first up of an account that is no administrator is asked for the accounts' rights, too", async () => {
  const cluster = clusterOf({}, []);
  await fault(refuseUnfitCluster, applied, cluster);
  expect(cluster.asked).toEqual(
    expect.arrayContaining(["create namespaces ", "escalate roles.rbac.authorization.k8s.io canary-lab"]),
  );
});

describe("preview", () => {
  test.each(["updater", "previewer", "viewer"] as const)("by a %s is asked for reading alone", async (role) => {
    const cluster = clusterOf({}, rightsOf(role));
    const values = { ...applied, platform: role === "viewer" ? "own" : "dev" };
    expect(await fault(refuseBlindPreview, values, cluster)).toBeUndefined();
    expect(cluster.asked.length).toBeGreaterThan(0);
    expect(cluster.asked.filter((asked) => !/^(get|list) /.test(asked))).toEqual([]);
  });

  test("without that is refused with what is missing", async () => {
    const error = await fault(refuseBlindPreview, { platform: "existing" }, clusterOf({}, []));
    expect(error?.message).toContain("This account may not read what a preview needs:");
    expect(error?.message).toContain("list prometheuses.monitoring.coreos.com in the cluster");
    expect(error?.next).toBe(
      "kubectl --kubeconfig /k --context theirs auth can-i get namespaces --namespace canary-lab",
    );
  });

  test("is not stopped by a question that nobody answers", async () => {
    const { client } = clusterOf({}, []);
    const create = () => Promise.reject(new UserError("The API server does not answer."));
    expect(await fault(refuseBlindPreview, applied, { client: { ...client, create }, asked: [] })).toBeUndefined();
    const forbids = () => Promise.reject(new ApiError(403, "no", "POST"));
    expect(
      await fault(refuseBlindPreview, applied, { client: { ...client, create: forbids }, asked: [] }),
    ).toBeUndefined();
  });
});
