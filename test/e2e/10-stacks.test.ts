import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { forgetStacks, noteCluster, noteStack } from "../../stacks/lab-records.ts";
import { mustRun, run, userEnvironment } from "./support/command.ts";
import {
  canaryctl,
  canaryctlFile,
  kubectl,
  labShell,
  liveWeight,
  namespace,
  pulumi,
  requireLab,
} from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { keepConfig } from "./support/stack-config.ts";

const inRoot = (file: string) => join(repositoryRoot, file);
const devFile = inRoot("Pulumi.dev.yaml");

/** A stack of its own, whose file says that dev's namespace is its own. */
const other = "e2e-other";
const otherFile = inRoot(`Pulumi.${other}.yaml`);
const otherText = `config:\n  canary-lab:namespace: ${namespace}\n  canary-lab:canaryWeight: "0"\n`;

let restoreConfig: () => void;
let before: string;

beforeAll(async () => {
  await requireLab();
  restoreConfig = keepConfig();
  expect((await canaryctl("set-traffic", "50", "50")).exitCode).toBe(0);
  before = readFileSync(devFile, "utf8");
}, 90_000);

afterAll(() => {
  rmSync(otherFile, { force: true });
  restoreConfig();
});

async function expectDevUntouched(): Promise<void> {
  expect(await liveWeight()).toBe(50);
  expect(readFileSync(devFile, "utf8")).toBe(before);
}

describe("a stack that there is not", () => {
  test.each([
    [["rollback"]],
    [["set-traffic", "90", "10"]],
    [["promote", "--full"]],
    [["create-canary", "--image", "versioned-echo:v3"]],
    [["config", "set", "canaryWeight", "5"]],
    [["status"]],
    [["down"]],
    [["up"]],
  ])("%j is refused, with the nearest name", async (command) => {
    const outcome = await canaryctl("--stack", "stagging", ...command);
    expect(refusalFault(outcome, /no stack stagging/, /did you mean staging/)).toBeUndefined();
    expect(existsSync(inRoot("Pulumi.stagging.yaml"))).toBe(false);
  });

  test("and dev is as it was", expectDevUntouched);
});

describe("the namespace of another stack", () => {
  beforeAll(() => writeFileSync(otherFile, otherText));

  test.each([[["rollback"]], [["set-traffic", "90", "10"]], [["status"]], [["up"]]])(
    "%j is refused",
    async (command) => {
      const outcome = await canaryctl("--stack", other, ...command);
      expect(refusalFault(outcome, /belongs to stack organization\/canary-lab\/dev/)).toBeUndefined();
      // What is printed names the stack, or it would act on dev.
      expect(outcome.stderr).toMatch(
        new RegExp(`next: +npx canaryctl --stack ${other} up --ns canary-lab-${other}$`, "m"),
      );
      expect(readFileSync(otherFile, "utf8")).toBe(otherText);
    },
    60_000,
  );

  test("plain pulumi refuses it too, in a preview and before the first resource of an update", async () => {
    expect((await pulumi("stack", "init", other, "--no-select")).exitCode).toBe(0);
    try {
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const outcome = await pulumi(...command, "--stack", other);
        expect(refusalFault(outcome, /belongs to stack organization\/canary-lab\/dev/)).toBeUndefined();
      }
      expect((await pulumi("stack", "export", "--stack", other)).stdout).not.toMatch(/kubernetes:core/);
    } finally {
      await pulumi("stack", "rm", other, "--yes", "--force", "--preserve-config");
      await pulumi("stack", "select", "dev"); // rm forgets the selection, whatever it was
    }
  }, 90_000);

  test("one that is in another cluster is not looked for in dev's, by plain pulumi in dev's shell", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const kubeconfig = join(elsewhere, "kubeconfig");
    const config = {
      clusters: [{ name: "away", cluster: { server: "http://127.0.0.1:9" } }],
      users: [{ name: "away", user: {} }],
      contexts: [{ name: "away", context: { cluster: "away", user: "away" } }],
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    const way = {
      target: "existing",
      reason: "a test",
      kubeconfig,
      kubeContext: "away",
      path: [],
      variables: {},
    } as const;
    noteStack(other, { ...way, imageRegistry: "registry.example" });
    expect((await pulumi("stack", "init", other, "--no-select")).exitCode).toBe(0);
    try {
      const { exitCode, output } = await pulumi("preview", "--stack", other);
      expect(exitCode).not.toBe(0);
      expect(output).toContain("http://127.0.0.1:9/");
    } finally {
      forgetStacks([other]);
      rmSync(elsewhere, { recursive: true });
      await pulumi("stack", "rm", other, "--yes", "--force", "--preserve-config");
      await pulumi("stack", "select", "dev");
    }
  }, 90_000);

  test("one that no stack made is refused as well", async () => {
    writeFileSync(otherFile, "config:\n  canary-lab:namespace: strangers\n");
    await kubectl("create", "namespace", "strangers");
    try {
      const outcome = await canaryctl("--stack", other, "up");
      expect(refusalFault(outcome, /strangers is there already/)).toBeUndefined();
    } finally {
      await kubectl("delete", "namespace", "strangers", "--wait=false");
    }
  }, 60_000);

  test("and dev is as it was", expectDevUntouched);
});

test("up goes by the cluster and not by the name of its context: another one is refused, with both and the ways out", async () => {
  const folder = mkdtempSync(join(tmpdir(), "second-context-"));
  const kubeconfig = join(folder, "kubeconfig");
  const view = JSON.parse(await kubectl("config", "view", "--minify", "--raw", "--flatten", "-o", "json"));
  const contexts = [{ ...view.contexts[0], name: "second" }];
  writeFileSync(kubeconfig, JSON.stringify({ ...view, contexts, "current-context": "" }), { mode: 0o600 });
  const values = {
    namespace: `canary-lab-${other}`,
    canaryWeight: '"0"',
    kubeContext: "second",
    kubeconfig,
    // Nothing is built for a stack that does not come up.
    stableImage: "registry.example/echo:v1",
    canaryImage: "registry.example/echo:v2",
    clientImage: "registry.example/client:v1",
  };
  const lines = Object.entries(values).map(([key, value]) => `  canary-lab:${key}: ${value}\n`);
  writeFileSync(otherFile, `config:\n${lines.join("")}`);
  const uid = await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
  const env = await labShell();
  expect((await pulumi("stack", "init", other, "--no-select")).exitCode).toBe(0);
  noteStack(other, { target: "existing", reason: "a test", kubeconfig, kubeContext: "first", path: [], variables: {} });
  const upFrom = (cluster: Parameters<typeof noteCluster>[1]) => {
    noteCluster(other, cluster);
    return run(canaryctlFile, ["--stack", other, "up"], { env });
  };
  try {
    const elsewhere = await upFrom({ uid: "of-another-cluster", kubeContext: "first" });
    const both = /in the cluster of context first, and this is the cluster of context second/;
    const back = new RegExp(`npx canaryctl --stack ${other} config set kubeContext first$`, "m");
    expect(refusalFault(elsewhere, both, back)).toBeUndefined();
    const madeAnew = await upFrom({ uid: "of-the-cluster-before", kubeContext: "second" });
    expect(
      refusalFault(madeAnew, /context second is another one .* made anew/, /kube-system is of-the-cluster-before/),
    ).toBeUndefined();
    // What stops it in the same cluster comes after that.
    const same = await upFrom({ uid, kubeContext: "first" });
    expect(refusalFault(same, /istio-system is there already.* stack .*\/dev/)).toBeUndefined();

    const [, forget = "false"] = /(npx canaryctl .* down --forget)$/m.exec(elsewhere.stderr) ?? [];
    await mustRun("bash", ["-ec", forget], { env });
    expect((await pulumi("stack", "ls")).stdout).not.toContain(other);
    expect(await kubectl("get", "namespace", values.namespace, "--ignore-not-found")).toBe("");
  } finally {
    forgetStacks([other]);
    await pulumi("stack", "rm", other, "--yes", "--force", "--preserve-config");
    await pulumi("stack", "select", "dev");
    rmSync(folder, { recursive: true });
    rmSync(otherFile, { force: true });
  }
  await expectDevUntouched();
}, 90_000);

test("down of a stack that is not in the cluster takes nothing", async () => {
  const outcome = await canaryctl("--stack", "staging", "down");
  expect(refusalFault(outcome, /staging is not in the cluster/, /allowed: dev$/m)).toBeUndefined();
  await expectDevUntouched();
}, 60_000);

test("variables that are set and empty count as not set, as CI gives them", async () => {
  const empty = { PULUMI_STACK: "", PULUMI_BACKEND_URL: "", PULUMI_CONFIG_PASSPHRASE_FILE: "", KUBECONFIG: "" };
  const env = { ...userEnvironment(), ...empty };
  expect((await run(canaryctlFile, ["preview"], { env })).exitCode).toBe(0);
}, 60_000);

test("a number that two YAML readers read differently is refused, and the printed command mends it", async () => {
  writeFileSync(devFile, before.replace(/canaryWeight: .*/, "canaryWeight: 010"));
  try {
    for (const outcome of [await canaryctl("up"), await pulumi("preview")])
      expect(refusalFault(outcome, /written 010 in line \d+/, /"10" or "8"/)).toBeUndefined();
    const { stderr } = await canaryctl("status");
    const [, next = "false"] = /^ +next: +(.*)$/m.exec(stderr) ?? [];
    await mustRun("bash", ["-ec", next]);
    expect(readFileSync(devFile, "utf8")).toContain('canaryWeight: "10"');
  } finally {
    writeFileSync(devFile, before);
  }
}, 60_000);

test("a stack whose file is gone, or no YAML, is refused; its rollback goes by what is deployed", async () => {
  try {
    rmSync(devFile);
    for (const command of [["set-traffic", "20", "80"], ["up"]])
      expect(refusalFault(await canaryctl(...command), /There is no Pulumi\.dev\.yaml/)).toBeUndefined();
    expect(existsSync(devFile)).toBe(false);
    expect(await liveWeight()).toBe(50);
    writeFileSync(devFile, `${before} bad: [\n`);
    const outcome = await canaryctl("rollback");
    expect(refusalFault(outcome, /traffic is back on the stable side/, /not YAML/)).toBeUndefined();
    expect(await liveWeight()).toBe(0);
    expect(readFileSync(devFile, "utf8")).toBe(`${before} bad: [\n`);
  } finally {
    writeFileSync(devFile, before);
    expect((await canaryctl("rollback")).exitCode).toBe(0);
  }
}, 60_000);

test("env names a stack only where one was named: pulumi stack select would have no effect", async () => {
  expect((await canaryctl("env")).stdout).not.toMatch(/PULUMI_STACK/);
  expect((await canaryctl("--stack", "dev", "env")).stdout).toMatch(/^export PULUMI_STACK=dev$/m);
});
