import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { movesInTurn } from "../../../canaryctl/src/history/recorded-commands.ts";
import type { Lab } from "../../../canaryctl/src/lab.ts";
import { buildProgram } from "../../../canaryctl/src/main.ts";
import { takeTurn, turnFile } from "../../../canaryctl/src/move-turn.ts";
import { rolledBackAnnotation } from "../../../components/names.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "move-turn-"));
  file = join(folder, basename(turnFile("dev")));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lockModule = join(import.meta.dirname, "../../../canaryctl/src/lab-lock.ts");

/** A process that holds the turn of a stack until it is told to end, or for a while. */
async function holder(milliseconds?: number) {
  const program = `
    import { text } from "node:stream/consumers";
    import { takeLock } from ${JSON.stringify(lockModule)};
    const turn = await takeLock("set-traffic 80 20", () => {}, ${JSON.stringify(file)});
    console.log("in");
    await text(process.stdin);
    turn.release();`;
  const args = ["--no-warnings", "--input-type=module-typescript", "-e", program, "canaryctl"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  const end = () => void child.stdin.end();
  if (milliseconds !== undefined) setTimeout(end, milliseconds);
  return { ended, end };
}

/** A cluster that has the marks of rollbacks, one after the other. */
function labWith(...marks: readonly string[]): () => Lab {
  const left = [...marks];
  const get = async () => {
    const mark = left.length > 1 ? left.shift() : left[0];
    return { metadata: { annotations: { [rolledBackAnnotation]: mark } } };
  };
  return () => ({ cluster: { get }, config: { app: "versioned-echo", namespace: "canary-lab" } }) as unknown as Lab;
}

describe("a move", () => {
  test("waits for another one of its stack, says for whom, and begins when that has ended", async () => {
    const { ended } = await holder(700);
    const lines: string[] = [];
    const endTurn = await takeTurn(
      ["promote"],
      { stack: "dev" },
      { tell: (line) => lines.push(line), open: labWith("a"), file },
    );
    expect(lines).toEqual([
      expect.stringMatching(/^`canaryctl set-traffic 80 20` is running \(process \d+\): waiting/),
    ]);
    expect((await ended)[0]).toBe(0);
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(["promote\n"]);
    endTurn();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is refused where a rollback has sent the traffic back while it waited", async () => {
    const { ended } = await holder(700);
    const turn = takeTurn(["promote"], { stack: "dev" }, { tell: () => {}, open: labWith("before", "since"), file });
    await expect(turn).rejects.toThrow(/sent back by a rollback since this command began/);
    await ended;
    expect(readdirSync(folder)).toEqual([]);
  });

  test("ends with the error of a cluster that cannot be asked, and keeps no turn", async () => {
    const { ended } = await holder(700);
    const away = async () => {
      throw new Error("the API server is away");
    };
    const open = () => ({ ...labWith("a")(), cluster: { get: away } }) as unknown as Lab;
    const turn = takeTurn(["promote"], { stack: "dev" }, { tell: () => {}, open, file });
    await expect(turn).rejects.toThrow("the API server is away");
    await ended;
    expect(readdirSync(folder)).toEqual([]);
  });

  test("goes on beside one that takes long, which has the engine's lock", async () => {
    const { ended, end } = await holder();
    const endTurn = await takeTurn(
      ["promote"],
      { stack: "dev" },
      { tell: () => {}, open: labWith("a"), file, seconds: 0.1 },
    );
    endTurn();
    expect(readdirSync(folder)).toHaveLength(1); // the other one's
    end();
    await ended;
  });
});

test("a stack has one turn, however it is called, and shares it with no other", () => {
  expect(turnFile("organization/canary-lab/dev")).toBe(turnFile("dev"));
  expect(basename(turnFile("pr.12"))).not.toMatch(/^pr\./);
});

describe("a turn is taken", () => {
  test.each([
    ["set-traffic 70 30", true],
    ["set-traffic 100 0", false],
    ["promote", true],
    ["promote --full", true],
    ["promote --judge", false],
    ["rollback", false],
    ["create-canary --image versioned-echo:v2", false],
    ["stack promote dev staging", false],
  ])("by %s: %s", async (line, expected) => {
    const words = line.split(" ");
    const read = new Error("read");
    let takes: boolean | undefined;
    const program = await buildProgram(words);
    // The first hook: nothing else of the command runs.
    const [hooks] = [program as unknown as { _lifeCycleHooks: Record<string, unknown[]> }];
    hooks._lifeCycleHooks.preAction = [];
    program.hook("preAction", (_, command) => {
      takes = movesInTurn(command);
      throw read;
    });
    await expect(program.parseAsync(words, { from: "user" })).rejects.toBe(read);
    expect(takes).toBe(expected);
  });
});
