import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, liveWeight, pulumi, requireLab } from "./support/lab.ts";
import { versionsIn } from "./support/object-versions.ts";
import { refusalFault } from "./support/refusal.ts";
import { keepConfig } from "./support/stack-config.ts";
import { type SteadyLoad, startSteadyLoad } from "./support/traffic.ts";

// Two environments in one cluster: staging, as its file in the repository has it, on the platform that dev installed.
const staging = "staging";
const stagingNamespace = "canary-lab-staging";
const stagingFile = join(repositoryRoot, `Pulumi.${staging}.yaml`);
const ofStaging = (...args: readonly string[]) => canaryctl("--stack", staging, ...args);

/**
 * The most that each may take, in seconds: `up` of a second environment on a platform that is there, to its first measured split, and a
 * preview. A machine that is slower, or busy with other things, shows in the engine's own preview: `up` may take eight times as long as
 * that, a preview half as long again, and three of them three times as long as one.
 */
const most = { up: 25, preview: 2.5, previews: 6 };

let before: string;
let restoreConfig: () => void;
let load: SteadyLoad;

describePart("two environments", () => {
  beforeAll(async () => {
    await requireLab();
    before = readFileSync(stagingFile, "utf8");
    restoreConfig = keepConfig();
    expect((await canaryctl("set-traffic", "80", "20")).exitCode).toBe(0);
    // Few enough to leave the time of the `up` beside it as it is.
    load = await startSteadyLoad({ rate: 50 });
  }, 60_000);

  afterAll(async () => {
    await ofStaging("down");
    writeFileSync(stagingFile, before);
    restoreConfig();
  }, 60_000);

  const platformNamespaces = ["istio-system", "istio-ingress"];

  /** Ends the load on the first environment. */
  async function noneFailed(meanwhile: string): Promise<void> {
    const { sent, failed } = await load.stop();
    console.log(`# while a second environment ${meanwhile}: ${failed} of ${sent} requests to the first failed`);
    expect(failed).toBe(0);
  }

  test("a second environment comes up beside the first, and makes nothing outside of its namespace", async () => {
    const platform = await versionsIn([...platformNamespaces, "canary-lab"]);
    const plain = (await pulumi("preview", "--stack", "dev")).seconds;
    const up = await ofStaging("up");
    expect(up.exitCode).toBe(0);
    console.log(
      `# up of a second environment to its first measured split: ${up.seconds.toFixed(1)} s; pulumi preview ${plain.toFixed(1)} s`,
    );
    expect(up.stdout).toMatch(/400 requests from a pod in the mesh answered, 0 failed/);
    expect(up.seconds).toBeLessThan(Math.max(most.up, 8 * plain));
    expect(await versionsIn([...platformNamespaces, "canary-lab"])).toEqual(platform);
    expect(await kubectl("get", "namespace", stagingNamespace, "-o", "jsonpath={.metadata.annotations}")).toMatch(
      /organization\/canary-lab\/staging/,
    );
  }, 60_000);

  test("a move of the traffic in one touches nothing of the other, and nothing of the platform", async () => {
    const others = await versionsIn([...platformNamespaces, "canary-lab"]);
    const moved = await ofStaging("set-traffic", "60", "40");
    expect(moved.exitCode).toBe(0);
    expect(await versionsIn([...platformNamespaces, "canary-lab"])).toEqual(others);

    const ofOther = await versionsIn([...platformNamespaces, stagingNamespace]);
    const first = await canaryctl("set-traffic", "70", "30");
    expect(first.exitCode).toBe(0);
    console.log(
      `# set-traffic in the second environment ${moved.seconds.toFixed(1)} s, in the first ${first.seconds.toFixed(1)} s`,
    );
    expect(await versionsIn([...platformNamespaces, stagingNamespace])).toEqual(ofOther);
    expect(await liveWeight()).toBe(30);
    await noneFailed("came and was moved");
  }, 60_000);

  interface Listed {
    readonly stack: string;
    readonly isDeployed: boolean | null;
    readonly namespace: string;
    readonly images: readonly { readonly role: string; readonly digest: string | null }[];
    readonly weights: { readonly live: { readonly canary: number } | null };
    readonly lastMove: { readonly command: string } | null;
    readonly drift: readonly string[] | null;
    readonly problems: readonly string[];
  }

  test("both are listed with the digests that run, their weights, their last moves and no drift", async () => {
    const { stdout, exitCode, seconds } = await canaryctl("stack", "list", "--json");
    console.log(`# stack list: ${seconds.toFixed(1)} s`);
    const listed: readonly Listed[] = JSON.parse(stdout);
    const of = (stack: string) => listed.find((entry) => entry.stack === stack);
    for (const [stack, canary] of [
      ["dev", 30],
      [staging, 40],
    ] as const) {
      expect(of(stack)).toMatchObject({ isDeployed: true, weights: { live: { canary } }, drift: [], problems: [] });
      expect(of(stack)?.lastMove?.command).toMatch(/^set-traffic/);
      for (const { digest } of of(stack)?.images ?? []) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
    expect(of("prod")).toMatchObject({ isDeployed: false, problems: [] });
    expect(exitCode).toBe(0);
    const one = await canaryctl("stack", "list", "--json", "--stack", staging);
    expect(JSON.parse(one.stdout)).toEqual([of(staging)]);
  }, 30_000);

  test("a preview as Markdown takes 2.5 s for one, and 6 s for three, of which one is not up yet; or not much longer than the engine's own", async () => {
    const preview = (...stacks: readonly string[]) =>
      canaryctl("preview", "--markdown", ...stacks.flatMap((stack) => ["--stack", stack]));
    // A machine is busy for a moment now and then: the faster of two counts.
    const seconds = async (...stacks: readonly string[]) =>
      Math.min((await preview(...stacks)).seconds, (await preview(...stacks)).seconds);
    const { stdout, exitCode } = await preview("dev", staging, "prod");
    expect(exitCode).toBe(3); // one could not be made
    for (const stack of ["dev", staging]) expect(stdout).toContain(`- **\`${stack}\`**: no change\n`);
    expect(stdout).toMatch(/\*\*`prod`\*\*: \*\*not previewed\*\*: it is not in the backend yet/);
    const [one, three] = [await seconds("dev"), await seconds("dev", staging, "prod")];
    const plain = (await pulumi("preview", "--stack", "dev")).seconds;
    const figures = [one, three, plain].map((figure) => figure.toFixed(1));
    console.log(
      `# preview as Markdown: ${figures[0]} s for one stack, ${figures[1]} s for three; pulumi preview ${figures[2]} s`,
    );
    expect(one).toBeLessThan(Math.max(most.preview, 1.5 * plain));
    expect(three).toBeLessThan(Math.max(most.previews, 3 * one));
  }, 60_000);

  test("what runs in the first is no image for the second while its release goes on", async () => {
    const refused = await canaryctl("stack", "promote", "dev", staging);
    expect(
      refusalFault(refused, /is not finished: it has 30 % of the traffic/, /--stack dev promote --full/),
    ).toBeUndefined();
    expect(readFileSync(stagingFile, "utf8")).not.toContain("canaryImage");
  }, 30_000);

  test("a new environment's file is refused the namespace that another has", async () => {
    const outcome = await canaryctl("stack", "new", "e2e-new", "--namespace", "canary-lab");
    expect(refusalFault(outcome, /canary-lab belongs to stack dev/, /--namespace canary-lab-2/)).toBeUndefined();
    expect(existsSync(join(repositoryRoot, "Pulumi.e2e-new.yaml"))).toBe(false);
  }, 30_000);

  test("what an environment needs and its platform lacks is refused in a preview, with what to set", async () => {
    expect((await ofStaging("config", "set", "strategy", "gateway-api")).exitCode).toBe(0);
    const outcome = await ofStaging("preview");
    expect(
      refusalFault(outcome, /lacks what this stack needs: strategy gateway-api/, /gatewayApi true/),
    ).toBeUndefined();
    expect((await ofStaging("config", "rm", "strategy")).exitCode).toBe(0);
  }, 60_000);

  test("a second owner of the platform is refused in a preview, by name", async () => {
    expect((await ofStaging("config", "set", "platform", "own")).exitCode).toBe(0);
    const outcome = await pulumi("preview", "--stack", staging);
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toMatch(
      /istio-(system|ingress) is there already: it is part of the platform of stack .*\/dev/,
    );
    expect((await ofStaging("config", "set", "platform", "dev")).exitCode).toBe(0);
  }, 60_000);

  test("the owner's down is refused while the other stands on its platform, with the commands", async () => {
    const outcome = await canaryctl("down");
    expect(
      refusalFault(
        outcome,
        /Others stand on the platform of stack dev: staging \(namespace canary-lab-staging\)/,
        /npx canaryctl --stack staging down && npx canaryctl --stack dev down/,
        /--all, which takes down every stack of this checkout/,
        /npx canaryctl down --all/,
      ),
    ).toBeUndefined();
    for (const there of ["canary-lab", stagingNamespace, "istio-system"])
      expect(await kubectl("get", "namespace", there, "-o", "jsonpath={.status.phase}")).toBe("Active");
  }, 30_000);

  test("the environment's down leaves the rest as it was, and no request of the first was lost meanwhile", async () => {
    const others = await versionsIn([...platformNamespaces, "canary-lab"]);
    load = await startSteadyLoad();
    const down = await ofStaging("down");
    expect(down.exitCode).toBe(0);
    expect(down.stdout).toMatch(/Stack staging is removed\. Still there: dev\./);
    expect(await kubectl("get", "namespace", stagingNamespace, "--ignore-not-found")).toBe("");
    expect(await versionsIn([...platformNamespaces, "canary-lab"])).toEqual(others);
    // The engine forgets the selection with any stack that goes.
    expect((await pulumi("stack", "--show-name")).stdout.trim()).toBe("dev");
    await noneFailed("went");
  }, 60_000);
});
