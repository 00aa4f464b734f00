import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { exports } from "../../../canaryctl/src/commands/env.ts";
import { inLab } from "../../../cluster/lab-folder.ts";

const bin = join(import.meta.dirname, "../../../canaryctl/bin/canaryctl.mjs");

/** What a user would see; only calls that end before anything is opened, so that no lab is touched. */
const canaryctl = (...args: readonly string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });

describe("canaryctl", () => {
  test("lists its commands, and gives examples", () => {
    const { status, stdout } = canaryctl("--help");
    expect(status).toBe(0);
    for (const command of [
      "up",
      "down",
      "preview",
      "status",
      "set-traffic",
      "promote",
      "rollback",
      "abort",
      "retry",
      "undo",
      "create-canary",
      "delete-canary",
      "env",
      "stack",
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    }
    expect(stdout).toContain("$ canaryctl set-traffic 70 30");
  });

  test.each([
    ["the help", `"$0" "$1" report --help`],
    ["an error", `"$0" "$1" --no-such-flag 2>&1`],
  ])("ends in silence where nobody reads %s any more", (_what, command) => {
    const { stdout, stderr } = spawnSync("bash", ["-c", `(${command}; echo "$?" >&2) | true`, process.execPath, bin], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^[02]\n$/);
  });

  test("what goes on until it is interrupted ends where nobody reads it any more", () => {
    const module = join(import.meta.dirname, "../../../canaryctl/src/until-interrupted.ts");
    const program = `
      import { endWithReaders, untilInterrupted } from "${module}";
      endWithReaders();
      await untilInterrupted(async (signal) => {
        while (!signal.aborted) {
          console.log("a line");
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      });
      console.error("ended");`;
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", `"$0" --input-type=module -e "$1" | head -2`, process.execPath, program],
      { encoding: "utf8", timeout: 20_000 },
    );
    expect(stdout).toBe("a line\na line\n");
    expect(stderr).toBe("ended\n");
  });

  /** The files that a command loads, up to where it finds that there is no lab. */
  const loadedBy = (...words: readonly string[]) => {
    const tell = "load: (url, _, next) => { process._rawDebug(url); return next(url); }";
    const hook = `import { registerHooks } from "node:module"; registerHooks({ ${tell} });`;
    const args = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, bin, ...words];
    const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return stderr.split("\n").filter((url) => url.startsWith("file:"));
  };

  // The command ends where it finds no lab. One that stands here would be rolled back.
  const withoutLab = existsSync(inLab("kubeconfig")) ? test.skip : test;

  withoutLab(
    "loads for a rollback what writes the route, and nothing of other commands, other strategies or the engine's run",
    () => {
      const loaded = loadedBy("rollback", "--host", "other").filter((url) => url.includes("/canaryctl/src/"));
      const rooms = loaded.map((url) => url.replace(/^.*\/canaryctl\/src\//, ""));
      expect(rooms).toContain("traffic/istio-route.ts");
      expect(rooms.filter((room) => room.startsWith("commands/")).toSorted()).toEqual([
        "commands/arguments.ts",
        "commands/definitions/rollback.ts",
        "commands/modules.ts",
        "commands/rollback.ts",
        "commands/run-move.ts",
      ]);
      expect(
        rooms.filter((room) =>
          /^(doctor|preview|watch|comment)\/|rollouts\/|rolling\/|(process|gateway-route|pod-share|workloads|move-traffic|known-stacks)\.ts/.test(
            room,
          ),
        ),
      ).toEqual([]);
    },
  );

  test("loads for its help what defines the commands, and nothing that runs one", () => {
    const loaded = loadedBy("--help");
    const rooms = loaded.flatMap((url) => /\/canaryctl\/src\/(.*)/.exec(url)?.[1] ?? []);
    expect(rooms.filter((room) => !room.startsWith("commands/definitions/")).toSorted()).toEqual([
      "command-line/command.ts",
      "commands/arguments.ts",
      "commands/modules.ts",
      "doctor/finding.ts",
      "exit-codes.ts",
      "history/recorded-commands.ts",
      "main.ts",
      "traffic/measured-requests.ts",
      "until-interrupted.ts",
    ]);
    const packages = loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(["commander"]);
    expect(loaded.length).toBeLessThan(60);
  });

  // Those of one kind each; bad-usage.test.ts has the others, without a process for each.
  test.each([
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["set-traffic", "70", "40"], /sum to 110/],
    [["--stack", "dev", "rollback", "--stack", "prod"], /--stack names dev, prod/],
  ])("%j is bad usage", (args, message) => {
    const { status, stderr } = canaryctl(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});

test("config set of several keys mends the one that is wrong in what it says to run", () => {
  const { status, stderr } = canaryctl("config", "set", "strategy", "istio", "plan", "nonsense");
  expect(stderr).toMatch(/next: +npx canaryctl config set strategy istio plan 10-30-60$/m);
  expect(status).toBe(2);
});

test("a preview for programs tells of each of its stacks what stands in its way, and with which exit code", () => {
  const { status, stdout } = canaryctl("preview", "--json", "--stack", "no-such-stack", "--stack", "../dev");
  const { previews } = JSON.parse(stdout);
  expect(previews).toMatchObject([
    { stack: "no-such-stack", outcome: "not-made", missing: "stack" },
    { stack: "../dev", outcome: "refused" },
  ]);
  expect(status).toBe(1);
  expect(canaryctl("preview", "--markdown", "--stack", "no-such-stack").status).toBe(3);
});

test("env quotes values so that a shell reads them as they are", () => {
  const lines = exports({ A: "it's $HOME", B: "x" });
  expect(lines).toEqual(["export A='it'\\''s $HOME'", "export B=x"]);
  const { stdout } = spawnSync("/bin/sh", ["-c", `${lines.join("\n")}\nprintf %s "$A"`], { encoding: "utf8" });
  expect(stdout).toBe("it's $HOME");
});
