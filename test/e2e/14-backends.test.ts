import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { engineRecipe } from "@canary-lab/pulumi-plugins/engine-recipe";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { PulumiEngine } from "../../canaryctl/src/engine/engine.ts";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { type Bucket, freePort, startBucket } from "./support/bucket.ts";
import { type Outcome, run, userEnvironment } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctlFile } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { toolFolder } from "./support/tools.ts";
import { listen, portOf, startVault } from "./support/vault.ts";

// The state in a store that machines share: a real S3-compatible server on loopback, and the real engine. No cluster is asked, for a stack
// of groups without objects has all that a state has.

const stack = "e2e-bucket";
const stackFile = join(repositoryRoot, `Pulumi.${stack}.yaml`);
const providerStack = "e2e-vault";
const providerFile = join(repositoryRoot, `Pulumi.${providerStack}.yaml`);
const home = mkdtempSync(join(tmpdir(), "bucket-home-"));
const plainConfig = 'config:\n  canary-lab:canaryWeight: "0"\n';

/** A cluster that does not answer: what is asked here is asked of the state. */
const kubeconfig = join(home, "kubeconfig");
const noCluster = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "away", cluster: { server: "http://127.0.0.1:9" } }],
  users: [{ name: "away", user: {} }],
  contexts: [{ name: "away", context: { cluster: "away", user: "away" } }],
};

let bucket: Bucket;
let variables: Record<string, string>;

const engineOf = (name: string, changed: Readonly<Record<string, string>> = {}) =>
  new PulumiEngine(name, { ...variables, ...changed });

/** The command, with these variables changed; undefined takes one away. */
function canaryctl(
  args: readonly string[],
  changed: Readonly<Record<string, string | undefined>> = {},
): Promise<Outcome> {
  const all = Object.entries({ ...variables, ...changed });
  const env = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  return run(canaryctlFile, args, { env });
}

const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: Error) => error);

/** A state of two groups, below each other. */
async function withResources(name: string): Promise<void> {
  const engine = engineOf(name);
  const { deployment, ...rest } = await engine.exportState();
  const urnOf = (type: string, resource: string) => `urn:pulumi:${name}::canary-lab::${type}::${resource}`;
  const root = { urn: urnOf("pulumi:pulumi:Stack", `canary-lab-${name}`), type: "pulumi:pulumi:Stack", custom: false };
  const group = {
    urn: urnOf("canary-lab:e2e:Group", "one"),
    type: "canary-lab:e2e:Group",
    custom: false,
    parent: root.urn,
  };
  await engine.importState({ ...rest, deployment: { ...deployment, resources: [root, group] } });
}

const countOf = async (name: string): Promise<number> =>
  (await engineOf(name).exportState()).deployment.resources?.length ?? 0;

describePart("states in a store", () => {
  beforeAll(async () => {
    writeFileSync(kubeconfig, JSON.stringify(noCluster));
    bucket = await startBucket();
    const engineFolder = await toolFolder(engineRecipe);
    const { PULUMI_CONFIG_PASSPHRASE_FILE: _, PULUMI_ACCESS_TOKEN: __, ...user } = userEnvironment();
    variables = {
      ...user,
      ...bucket.variables,
      PATH: [engineFolder, user.PATH].join(delimiter),
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
      AWS_EC2_METADATA_DISABLED: "true",
      KUBECONFIG: kubeconfig,
      CANARY_LAB_KUBE_CONTEXT: "away",
    };
  }, 600_000);

  afterAll(async () => {
    await bucket?.stop();
    for (const file of [stackFile, providerFile]) rmSync(file, { force: true });
    rmSync(home, { recursive: true, force: true });
  });

  test("a stack is made in the bucket, and any machine lists it from there", async () => {
    writeFileSync(stackFile, plainConfig);
    await engineOf(stack).createStack();
    await withResources(stack);
    expect(existsSync(join(bucket.folder, `.pulumi/stacks/canary-lab/${stack}.json.gz`))).toBe(
      !existsSync(join(bucket.folder, `.pulumi/stacks/canary-lab/${stack}.json`)),
    );
    expect(await countOf(stack)).toBe(2);
    const { stdout } = await canaryctl(["stack", "list", "--json"]);
    const [listed] = JSON.parse(stdout).filter((entry: { readonly stack: string }) => entry.stack === stack);
    expect(listed.knownBy).toEqual(["file", "state"]);
  }, 30_000);

  test("while another runner holds it, an update is refused with who that is; the printed command frees it", async () => {
    const lock = { pid: 4242, username: "ci", hostname: "runner-1", timestamp: "2026-01-01T00:00:00Z" };
    bucket.put(`.pulumi/locks/organization/canary-lab/${stack}/e2e.json`, JSON.stringify(lock));
    const [asked, error] = await Promise.all([engineOf(stack).mustBeFree(), engineOf(stack).destroy()].map(failureOf));
    expect(asked?.message).toBe(error?.message);
    expect(error).toMatchObject({
      message: expect.stringMatching(/is running \(process 4242 of ci on runner-1, since 2026-01-01 00:00 UTC, /),
      place: `s3://state/.pulumi/locks/organization/canary-lab/${stack}/e2e.json`,
      next: expect.stringMatching(/pulumi cancel --yes e2e-bucket$/),
    });
    expect(await countOf(stack)).toBe(2);

    const { next = "false" } = error as Error & { readonly next?: string };
    const { exitCode } = await run("bash", ["-ec", next], { env: variables });
    expect(exitCode).toBe(0);
    await engineOf(stack).mustBeFree();
    expect(await countOf(stack)).toBe(2);
    await engineOf(stack).destroy();
    expect(await countOf(stack)).toBe(0);
  }, 30_000);

  test.each([
    ["a wrong key", { AWS_SECRET_ACCESS_KEY: "wrong" }, /s3:\/\/state does not accept the credentials/],
    [
      "no credentials",
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: home },
      /does not accept/,
    ],
    ["no token of Pulumi's service", { PULUMI_BACKEND_URL: "https://api.pulumi.com" }, /there is no access token/],
    ["a URL of nothing", { PULUMI_BACKEND_URL: "nonsense://me:hidden@x" }, /nonsense:\/\/x is no address of a state/],
  ])("%s is told, with the place and the way out", async (_, changed, cause) => {
    const outcome = await canaryctl(["--stack", "e2e-nowhere", "status"], changed);
    expect(refusalFault(outcome, cause, /^ {2}at: +PULUMI_BACKEND_URL$/m, /^ {2}allowed: /m)).toBeUndefined();
    expect(outcome.output).not.toMatch(/hidden|RequestID/);
  });

  test("a token that Pulumi's service does not accept is told, and stands nowhere", async () => {
    const token = "pul-0123456789abcdef0123456789abcdef01234567";
    const service = await listen((_, response) =>
      response.writeHead(401).end('{"code":401,"message":"Unauthorized: No credentials provided or are invalid."}'),
    );
    try {
      const PULUMI_BACKEND_URL = `http://127.0.0.1:${portOf(service)}`;
      const changed = { PULUMI_BACKEND_URL, PULUMI_ACCESS_TOKEN: token };
      const outcome = await canaryctl(["--stack", "e2e-nowhere", "status"], changed);
      expect(refusalFault(outcome, /does not accept the access token/, /allowed: PULUMI_ACCESS_TOKEN/)).toBeUndefined();
      expect(outcome.output).not.toContain(token);
    } finally {
      service.close();
    }
  }, 30_000);

  test("what a shell is given names neither the address that it has nor credentials", async () => {
    const { stdout, exitCode } = await canaryctl(["env"], {
      PULUMI_BACKEND_URL: "postgres://me:hidden@127.0.0.1:9/state",
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^export CANARY_LAB_KUBE_CONTEXT=/m);
    expect(stdout).not.toMatch(/PULUMI_BACKEND_URL|hidden|an-e2e-secret|passphrase of the tests/);
  });

  test("a bucket that is not there and a server that is away are told, and a preview is not taken for a change", async () => {
    const urls = [
      bucket.urlOf("nothing"),
      `s3://state?endpoint=http://127.0.0.1:${await freePort()}&s3ForcePathStyle=true`,
    ];
    const asked = urls.map((url) => canaryctl(["--stack", "e2e-nowhere", "status"], { PULUMI_BACKEND_URL: url }));
    const [nothing, away] = await Promise.all(asked);
    expect(nothing && refusalFault(nothing, /no bucket for the state at s3:\/\/nothing/)).toBeUndefined();
    expect(away && refusalFault(away, /s3:\/\/state does not answer/, /connection refused/)).toBeUndefined();

    const wrong = { AWS_SECRET_ACCESS_KEY: "wrong" };
    const [preview, list] = await Promise.all([
      canaryctl(["preview", "--markdown", "--stack", stack], wrong),
      canaryctl(["stack", "list"], wrong),
    ]);
    expect(preview.exitCode).toBe(3);
    expect(preview.stdout).toMatch(/not previewed.*the backend with the stack's state cannot be read from here/);
    expect(list.exitCode).toBe(1);
    expect(list.stdout).not.toMatch(/not deployed/);
  }, 30_000);

  test("a passphrase that is missing and one that is wrong are told apart", async () => {
    const missing = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: join(home, "none") };
    const preview = ["preview", "--markdown", "--stack", stack];
    const [none, wrong] = await Promise.all([
      canaryctl(preview, missing),
      canaryctl(preview, { PULUMI_CONFIG_PASSPHRASE: "another" }),
    ]);
    expect(none.stdout).toMatch(new RegExp(`There is no passphrase for the secrets of stack ${stack}`));
    expect(none.stdout).toContain(join(home, "none"));
    expect(wrong.stdout).toMatch(/The passphrase is not the one/);
    expect([none.exitCode, wrong.exitCode]).toEqual([3, 3]);
    expect(wrong.output).not.toContain("another");
  }, 30_000);

  test("a preview leaves a file without `encryptionsalt` as it is, whatever the passphrase", async () => {
    writeFileSync(stackFile, plainConfig);
    const previews = await Promise.all([
      canaryctl(["--stack", stack, "preview"], { PULUMI_CONFIG_PASSPHRASE: "another" }),
      canaryctl(["--stack", stack, "preview", "--json"]),
    ]);
    // Each comes as far as the program, which refuses to take the namespace of a lab that is up, or without one is answered by no cluster.
    for (const { output } of previews)
      expect(output).toMatch(/Namespace canary-lab belongs to|The cluster does not answer|ECONNREFUSED/);
    expect(readFileSync(stackFile, "utf8")).toBe(plainConfig);
  }, 30_000);

  test("the key service that a stack's file names encrypts its secrets, and is named where it does not answer", async () => {
    const vault = await startVault();
    try {
      const address = { VAULT_ADDR: `http://127.0.0.1:${portOf(vault)}`, VAULT_TOKEN: "e2e" };
      const { PULUMI_CONFIG_PASSPHRASE: _, ...withoutPassphrase } = variables;
      const others = { ...withoutPassphrase, ...address };
      writeFileSync(providerFile, `secretsprovider: hashivault://e2e\n${plainConfig}`);
      await engineOf(providerStack, address).createStack("hashivault://e2e");
      const set = await run("pulumi", ["config", "set", "--secret", "other:key", "hidden", "--stack", providerStack], {
        env: others,
      });
      expect(set.exitCode).toBe(0);
      const text = readFileSync(providerFile, "utf8");
      expect(text).toMatch(/^secretsprovider: hashivault:\/\/e2e$/m);
      expect(text).toMatch(/secure: v1:/);
      expect(text).not.toMatch(/hidden|encryptionsalt/);
      vault.close();
      vault.closeAllConnections();
      const error = await failureOf(engineOf(providerStack, address).destroy());
      expect(error).toMatchObject({
        message: expect.stringMatching(
          /^The secrets provider of stack e2e-vault cannot be used: .*connection refused/s,
        ),
        place: `secretsprovider in Pulumi.${providerStack}.yaml`,
      });
    } finally {
      vault.close();
    }
  }, 30_000);
});
