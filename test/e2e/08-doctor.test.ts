import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Diagnosis } from "../../canaryctl/src/doctor/report.ts";
import { inLab } from "../../cluster/lab-folder.ts";
import { makeCheckout } from "./support/checkout.ts";
import { mustRun, run } from "./support/command.ts";
import { doctor, runMend } from "./support/doctor.ts";
import {
  applyObjects,
  canaryctl,
  canaryctlFile,
  kubectl,
  labShell,
  liveRoute,
  namespace,
  requireLab,
  route,
  weightPatch,
} from "./support/lab.ts";
import { until } from "./support/until.ts";

const locks = inLab("state/.pulumi/locks/organization/canary-lab/dev");
const writeLock = (name: string, holder: object) => {
  mkdirSync(locks, { recursive: true });
  writeFileSync(
    join(locks, `${name}.json`),
    JSON.stringify({ username: "ci", timestamp: "2026-01-01T00:00:00Z", ...holder }),
  );
};

/** What hurts, as `severity id`; notes are left out. */
const ids = ({ findings }: Diagnosis): readonly string[] =>
  findings.filter(({ severity }) => severity !== "info").map(({ id, severity }) => `${severity} ${id}`);

async function wellAgain(): Promise<void> {
  let found: readonly string[] = [];
  const isWell = async () => {
    found = ids(await doctor());
    return found.length === 0;
  };
  await until("doctor finds nothing", isWell, { seconds: 60 }).catch(() => expect(found).toEqual([]));
}

const inNamespace = (...args: readonly string[]) => kubectl("-n", namespace, ...args);

/** One pod of a version, as `pod/name`. */
const aPod = async (version: string): Promise<string> =>
  (await inNamespace("get", "pods", "-l", `app=versioned-echo,version=${version}`, "-o", "name")).split("\n")[0] ?? "";

beforeAll(async () => {
  await requireLab();
  expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
}, 90_000);
/** What these cases make goes in any case: the files that follow use the same lab. */
afterAll(async () => {
  rmSync(join(locks, "elsewhere.json"), { force: true });
  const gone = ["--ignore-not-found", "--wait=false"];
  await Promise.all([
    kubectl("delete", "namespace", "team-b", ...gone),
    inNamespace("delete", "quota/tight", "networkpolicy/other", "pod/caller", ...gone),
  ]);
});

test("a lab that is well is called so", async () => {
  const outcome = await run(canaryctlFile, ["doctor"], { env: await labShell() });
  expect(outcome.stdout).toMatch(/^All well: \d+ checks found no error and no warning/m);
  expect(outcome.exitCode).toBe(0);
}, 60_000);

test("a lab that is broken in seven ways: each is named, and --fix mends them all", async () => {
  await inNamespace("label", "namespace", namespace, "istio-injection-");
  await inNamespace("patch", "virtualservice", route, "--type", "json", "-p", weightPatch(await liveRoute(), 60));
  await Promise.all([
    inNamespace("delete", "destinationrule", "versioned-echo"),
    inNamespace("delete", "service", "versioned-echo-v2"),
    inNamespace("scale", "deployment", "versioned-echo-v1", "--replicas=1"),
    inNamespace("delete", await aPod("v2")),
  ]);

  const found = await doctor();
  expect(found).toMatchObject({ exitCode: 1, isWell: false });
  expect(ids(found)).toEqual(
    expect.arrayContaining([
      `error injection-label/${namespace}`,
      expect.stringMatching(/^error sidecar-missing\/versioned-echo-v2-/),
      "error absent/DestinationRule/versioned-echo",
      "error absent/Service/versioned-echo-v2",
      "error route-drift",
      "error replicas/versioned-echo-v1",
      "error answers",
    ]),
  );

  const fixed = await doctor("--fix");
  expect(ids(fixed)).toEqual([]);
  expect(fixed).toMatchObject({ exitCode: 0, isWell: true });
  expect(fixed.fixed).toEqual([
    expect.stringContaining("istio-injection=enabled"),
    "ran canaryctl up",
    expect.stringContaining("Deployment canary-lab/versioned-echo-v2"),
  ]);
}, 180_000);

test("what --fix leaves to people is mended by the commands that are printed", async () => {
  const host = `versioned-echo.${namespace}.svc.cluster.local`;
  await kubectl("create", "namespace", "team-b");
  const image = await inNamespace(
    "get",
    "pod",
    "-l",
    "app=versioned-echo-client",
    "-o",
    "jsonpath={.items[0].spec.containers[?(@.name=='client')].image}",
  );
  await applyObjects(
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "other", namespace: "team-b" },
      spec: { hosts: [host], http: [{ route: [{ destination: { host } }] }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "other", namespace },
      spec: {
        podSelector: { matchLabels: { app: "versioned-echo" } },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ port: 9090 }] }],
      },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "caller", namespace, labels: { "sidecar.istio.io/inject": "false" } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "caller", image, command: ["node", "/app/load.mjs", "--wait"] }],
      },
    },
  );
  await inNamespace("wait", "pod/caller", "--for=condition=Ready", "--timeout=60s");
  await inNamespace("create", "quota", "tight", "--hard=pods=1");
  await until(
    "the quota is counted",
    async () => (await inNamespace("get", "quota", "tight", "-o", "jsonpath={.status.used.pods}")) !== "",
  );
  await inNamespace("delete", await aPod("v1"));
  writeLock("elsewhere", { pid: 4242, hostname: "runner-1" });

  const expected = [
    "error rival/VirtualService/team-b/other",
    "error quota/versioned-echo-v1",
    "error foreign-lock/runner-1-4242",
    "warning network-policy/ingress",
    "warning sidecar-missing/caller",
  ];
  let found: Diagnosis | undefined;
  await until(
    "each of them is found",
    async () => {
      const seen = await doctor();
      found = seen;
      return expected.every((id) => ids(seen).includes(id));
    },
    { seconds: 30 },
  );
  for (const finding of found?.findings ?? [])
    if (expected.includes(`${finding.severity} ${finding.id}`)) await runMend(finding);
  await wellAgain();
}, 180_000);

test("an image that is not in the cluster, and a container that ends: the printed command shows why", async () => {
  const image = await inNamespace(
    "get",
    "deployment",
    "versioned-echo-v2",
    "-o",
    "jsonpath={.spec.template.spec.containers[0].image}",
  );
  const absent = image.replace(/[:@][^/]*$/, ":absent");
  const ends = { name: "echo", command: ["node", "-e", "console.error('no database here'); process.exit(3)"] };
  const template = { spec: { template: { spec: { containers: [ends] } } } };
  await inNamespace("set", "image", "deployment/versioned-echo-v2", `echo=${absent}`);
  await inNamespace("patch", "deployment", "versioned-echo-v1", "-p", JSON.stringify(template));
  try {
    const ended = await until("both are found", async () => {
      const { findings } = await doctor();
      const of = (id: string) => findings.find((finding) => finding.id === id);
      const one = of("not-starting/versioned-echo-v1");
      const isPulled = of("image/versioned-echo-v2")?.evidence.some((line) => line.includes(absent));
      return isPulled && one?.what.includes("CrashLoopBackOff") ? one : undefined;
    });
    const { stdout } = await mustRun("bash", ["-ec", ended.mend[0] ?? "false"], { env: await labShell() });
    expect(stdout).toContain("no database here");
  } finally {
    for (const name of ["versioned-echo-v1", "versioned-echo-v2"]) {
      await inNamespace("rollout", "undo", `deployment/${name}`);
      await inNamespace("rollout", "status", `deployment/${name}`, "--timeout=60s");
    }
  }
  await wellAgain();
}, 120_000);

test("a cluster that does not answer, and a lab that is not up, are one finding each", async () => {
  const second = makeCheckout();
  try {
    const notUp = await second.canaryctl(["doctor"]);
    expect(notUp.exitCode).toBe(1);
    expect(notUp.stdout).toMatch(/error: The lab is not up\.\n {2}id: {3}lab\n/);

    const kubeconfig = join(second.folder, "kubeconfig");
    const cluster = { name: "c", cluster: { server: "https://127.0.0.1:1" } };
    const context = { name: "canary-lab", context: { cluster: "c", user: "u" } };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ clusters: [cluster], contexts: [context], users: [{ name: "u", user: {} }] }),
    );
    mkdirSync(join(second.folder, ".lab"), { recursive: true });
    const environment = {
      target: "embedded",
      reason: "a test",
      kubeconfig,
      kubeContext: "canary-lab",
      path: [],
      variables: {},
    };
    writeFileSync(join(second.folder, ".lab/environment.json"), JSON.stringify(environment));
    const silent = await second.canaryctl(["doctor", "--json"]);
    expect(silent.exitCode).toBe(1);
    expect(ids(JSON.parse(silent.stdout))).toEqual(["error cluster"]);
  } finally {
    second.remove();
  }
}, 90_000);
