import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { EngineBusyError, InterruptedError, NoStackError } from "../../../../canaryctl/src/engine/engine-failure.ts";
import { policyPackOptions } from "../../../../canaryctl/src/engine/policy-pack.ts";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { engineThat, failure } from "./fake-engine.ts";

const step = { op: "create", urn: "urn:pulumi:dev::lab::a:b:C::x", type: "a:b:C" };
const event = (sequence: number, content: object): string => JSON.stringify({ sequence, timestamp: 1, ...content });

describe("PulumiEngine", () => {
  test("updates without asking and without a preview, on its stack", async () => {
    const lines = [
      event(1, { resourcePreEvent: { metadata: step } }),
      event(2, { resOutputsEvent: { metadata: step } }),
    ];
    const { engine, calls } = engineThat({}, ["", "^C received; cancelling.", ...lines]);
    const said: string[] = [];
    await engine.update({ say: (line) => said.push(line) });
    expect(calls[0]?.args).toEqual([
      "up",
      "--yes",
      "--skip-preview",
      "--suppress-outputs",
      "--json",
      "--stack",
      "dev",
      "--non-interactive",
      "--color",
      "never",
    ]);
    expect(calls[0]?.variables).toEqual({ A: "b", CANARY_LAB_UPDATE: "true" });
    expect(said).toEqual(["^C received; cancelling.", expect.stringMatching(/^ \+ a:b:C x created \(/)]);
  });

  test.each([
    ["off", []],
    ["warn", ["--policy-pack", "policy", "--policy-pack-config", "policy/advisory.json"]],
    ["enforce", ["--policy-pack", "policy"]],
  ])("a preview runs the policy pack as policy.mode says, and an update does not: %s", async (mode, options) => {
    const { engine, calls } = engineThat({}, [], {}, policyPackOptions(parseConfig({ policy: { mode } })));
    await engine.preview("/copy.yaml");
    await engine.previewEvents("/copy.yaml");
    await engine.update();
    const given = calls.map(({ args }) =>
      args.filter((arg, at) => /^--policy/.test(arg) || /^--policy/.test(args[at - 1] ?? "")),
    );
    expect(given).toEqual([options, options, []]);
    for (const file of options.filter((option) => !option.startsWith("--")))
      expect(existsSync(join(repositoryRoot, file))).toBe(true);
  });

  test("tells the program where an update puts back what has drifted", async () => {
    const { engine, calls } = engineThat({});
    await engine.update(undefined, { mendsDrift: true });
    expect(calls[0]?.variables).toEqual({ A: "b", CANARY_LAB_UPDATE: "true", CANARY_LAB_MENDS_DRIFT: "true" });
  });

  test("tells the program where an update is about a few resources only", async () => {
    const { engine, calls } = engineThat({});
    await engine.update(undefined, { targets: ["**::x"] });
    expect(calls[0]?.variables).toEqual({ A: "b", CANARY_LAB_UPDATE: "true", CANARY_LAB_TARGETED: "true" });
  });

  test.each(["", "2026-01-01T00:00:00.000Z 7"])(
    "tells the program of the last rollback before the command: %j",
    async (markBefore) => {
      const { engine, calls } = engineThat({});
      await engine.update(undefined, { markBefore });
      expect(calls[0]?.variables).toEqual({ A: "b", CANARY_LAB_UPDATE: "true", CANARY_LAB_ROLLED_BACK: markBefore });
    },
  );

  test("an object that somebody else wrote at the same moment is told as that, with the command that goes on", async () => {
    const message =
      'the Kubernetes API server reported that "canary-lab/versioned-echo" failed to fully initialize or become live: Operation cannot be fulfilled on rollouts.argoproj.io "versioned-echo": the object has been modified; please apply your changes to the latest version and try again';
    const told = (text: string) => event(1, { diagnosticEvent: { severity: "error", message: text } });
    expect(await failure([told(message), told("update failed")])).toMatchObject({
      message: expect.stringMatching(/^Somebody else wrote an object at the same moment: .*versioned-echo/),
      next: "npx canaryctl up",
    });
    expect((await failure([told(message), told("a quota forbids the pods")])).message).toMatch(
      /^pulumi up failed: .*\n.*quota/,
    );
  });

  test("a preview writes to the terminal by itself", async () => {
    const { engine, calls } = engineThat({});
    await engine.preview("/copy.yaml");
    expect(calls[0]?.args.slice(0, 4)).toEqual(["preview", "--diff", "--config-file", "/copy.yaml"]);
    expect(calls[0]?.onLine).toBeUndefined();
  });

  test("a preview for programs has its events as they come, also where it fails", async () => {
    const { engine, calls } = engineThat({ code: 1, lines: ['{"sequence":0}', "error: it broke"] });
    expect(await engine.previewEvents("/copy.yaml")).toEqual(['{"sequence":0}', "error: it broke"]);
    expect(calls[0]?.args.slice(0, 4)).toEqual(["preview", "--json", "--config-file", "/copy.yaml"]);
    expect(calls[0]?.variables).toMatchObject({ PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
  });

  test("a refresh reads what is named, and nothing else", async () => {
    const { engine, calls } = engineThat({});
    await engine.refresh(["urn:x", "urn:y"]);
    expect(calls[0]?.args.join(" ")).toContain("--target urn:x --target urn:y");
  });

  test("removing a stack keeps its config file", async () => {
    const { engine, calls } = engineThat({});
    await engine.removeStack();
    expect(calls[0]?.args).toContain("--preserve-config");
  });

  test.each([
    ["organization/canary-lab/prod", [["stack", "select", "--stack", "organization/canary-lab/prod"]]],
    ["organization/canary-lab/dev", []],
    [undefined, []],
  ])("removing stack dev where %s is selected leaves what a command without --stack means", async (stack, more) => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    mkdirSync(join(home, "workspaces"));
    const hash = createHash("sha1").update(join(repositoryRoot, "Pulumi.yaml")).digest("hex");
    writeFileSync(join(home, "workspaces", `canary-lab-${hash}-workspace.json`), JSON.stringify({ stack }));
    const { engine, calls } = engineThat({}, [], { PULUMI_HOME: home });
    await engine.removeStack();
    expect(calls.slice(1).map(({ args }) => args.slice(0, 4))).toEqual(more);
  });

  test("tells failures apart by the engine's words", async () => {
    expect(await failure(["error: the stack is currently locked by 1 lock(s). Either wait"])).toBeInstanceOf(
      EngineBusyError,
    );
    const conflict = "error: [409] Conflict: Another update is currently in progress.";
    expect(await failure([conflict])).toBeInstanceOf(EngineBusyError);
    expect(await failure(["error: no stack named 'dev' found"])).toBeInstanceOf(NoStackError);
    expect((await failure(["error: incorrect passphrase"])).first).toContain("PULUMI_CONFIG_PASSPHRASE");
    expect((await failure(["error: could not list bucket: blob (code=Unknown)"])).place).toBe("PULUMI_BACKEND_URL");
  });

  test("a preview that does not get at the state has no events", async () => {
    const { engine } = engineThat({ code: 255, lines: ["error: PULUMI_ACCESS_TOKEN must be set for login"] });
    await expect(engine.previewEvents("/copy.yaml")).rejects.toMatchObject({ place: "PULUMI_BACKEND_URL" });
  });

  test("makes a stack with the key service that its file names", async () => {
    const { engine, calls } = engineThat({});
    await engine.createStack("awskms://alias/x");
    await engine.createStack();
    expect(calls.map(({ args }) => args.slice(0, 5))).toEqual([
      ["stack", "init", "--no-select", "--secrets-provider", "awskms://alias/x"],
      ["stack", "init", "--no-select", "--stack", "dev"],
    ]);
  });

  test("any other failure says what the engine said, or the last lines where it said no error", async () => {
    const error = await failure([
      event(1, {
        diagnosticEvent: { urn: step.urn, prefix: "error: ", message: "quota exceeded\n", severity: "error" },
      }),
      event(2, { diagnosticEvent: { prefix: "error: ", message: "update failed\n", severity: "error" } }),
    ]);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe("pulumi up failed: quota exceeded");
    expect((await failure(["panic: oh"])).message).toContain("panic: oh");
  });

  test("an error of the program is told once, with its place and its ways out", async () => {
    const text =
      "Pods of x cannot start: exceeded quota.\n  at:      Deployment lab/x\n  first:   make room\n  next:    npx canaryctl up\n  or:      npx canaryctl rollback\n";
    const diagnostic = (sequence: number, message: string) =>
      event(sequence, { diagnosticEvent: { urn: step.urn, prefix: "error: ", message, severity: "error" } });
    const error = await failure([diagnostic(1, `before hook "shrink-after-x" failed: ${text}`), diagnostic(2, text)]);
    expect(error.toText()).toBe(`error: pulumi up failed: ${text.trimEnd()}`);

    const two = await failure([diagnostic(1, text), diagnostic(2, "the registry is away\n")]);
    expect(two).toMatchObject({
      message: "pulumi up failed: Pods of x cannot start: exceeded quota. (Deployment lab/x)\n  the registry is away",
      next: "npx canaryctl up\nnpx canaryctl rollback",
    });
  });

  test("an interrupt is not a failure of the engine", async () => {
    const { engine } = engineThat({ code: 1, isInterrupted: true }, ["error: update canceled"]);
    await expect(engine.update()).rejects.toBeInstanceOf(InterruptedError);
  });
});
