import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { readDurations } from "../src/durations.ts";
import { createProgress, isLive, Stages } from "../src/progress.ts";
import { LineDisplay } from "../src/progress-lines.ts";
import type { Terminal } from "../src/progress-live.ts";

/** A stage's work that ends when the test says so. */
function work() {
  let end: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { run: () => done, end: () => end(), fail: (error: Error) => fail(error) };
}

describe("plain lines", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const lines: string[] = [];
  let progress: Stages;
  beforeEach(() => {
    lines.length = 0;
    progress = new Stages(new LineDisplay((line) => lines.push(line)));
  });

  test("of a short stage are one", async () => {
    await progress.stage("load images", async () => {});
    await jest.advanceTimersByTimeAsync(300_000);
    expect(lines).toEqual(["✔ load images 0.0 s"]);
  });

  test("of a long one are its announcement, one a minute, and its end", async () => {
    const build = work();
    const running = progress.stage("build", (note) => {
      note("12 packages compiled");
      return build.run();
    });
    await jest.advanceTimersByTimeAsync(150_000);
    build.end();
    await running;
    expect(lines).toEqual([
      "▶ build 5 s · 12 packages compiled",
      "… build 1 min 0 s · 12 packages compiled",
      "… build 2 min 0 s · 12 packages compiled",
      "✔ build 2 min 30 s",
    ]);
  });

  test("stop when the progress is closed, whatever still runs", async () => {
    const [one, other] = [work(), work()];
    const all = Promise.all([progress.stage("one", one.run), progress.stage("other", other.run)]);
    one.fail(new Error("broken"));
    await expect(all).rejects.toThrow("broken");
    progress.close();
    await jest.advanceTimersByTimeAsync(300_000);
    other.end();
    await jest.advanceTimersByTimeAsync(1);
    expect(lines).toEqual(["✘ one after 0.0 s"]);
  });
});

describe("durations", () => {
  const folder = mkdtempSync(join(tmpdir(), "durations-"));
  const file = join(folder, "below", "durations.json");
  afterEach(() => rmSync(join(folder, "below"), { recursive: true, force: true }));
  const silent = { started() {}, ended() {}, say() {}, close() {} };

  test("of stages that ended well are kept for next time", async () => {
    const progress = new Stages(silent, file);
    await Promise.all([progress.stage("a", async () => {}), progress.stage("b", async () => {})]);
    await expect(progress.stage("c", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readDurations(file)).toEqual({ a: 0, b: 0 });
    expect(progress.times.map(({ stage }) => stage)).toEqual(["a", "b"]);
  });

  test("in a damaged file are none", async () => {
    await new Stages(silent, file).stage("a", async () => {});
    writeFileSync(file, "{");
    expect(readDurations(file)).toEqual({});
  });
});

describe("a live block", () => {
  /** A terminal that keeps what is written to it. */
  class FakeTerminal extends EventEmitter {
    readonly isTTY = true;
    columns = 60;
    rows = 10;
    written = "";
    write(text: string): boolean {
      this.written += text;
      return true;
    }
  }
  const start = async (environment: NodeJS.ProcessEnv = {}) => {
    const terminal = new FakeTerminal();
    return {
      terminal,
      progress: await createProgress({ terminal: terminal as unknown as Terminal, environment }),
      text: () => stripVTControlCharacters(terminal.written),
    };
  };

  test("shows the stages that run, folds each that has ended, and goes away", async () => {
    const { terminal, progress, text } = await start();
    const [one, other] = [work(), work()];
    const all = [progress.stage("one", one.run), progress.stage("other", other.run)];
    expect(text()).toMatch(/▶ one \d+ s\n▶ other \d+ s\n/);
    one.end();
    await all[0];
    progress.say("a line");
    expect(text()).toMatch(/✔ one \d\.\d s\n▶ other \d+ s\n[\s\S]*a line\n▶ other \d+ s\n$/);
    other.end();
    await all[1];
    expect(text()).toMatch(/✔ other \d\.\d s\n$/);
    terminal.written = "";
    terminal.emit("resize");
    progress.say("the end");
    progress.close();
    expect(terminal.written).toContain("the end\n");
    expect(terminal.written).not.toContain("▶");
  });

  test("says at once what a stage should take, by a last time or by what is usual", async () => {
    const { progress, text } = await start();
    const one = work();
    const stage = progress.stage("build", one.run, 92);
    expect(text()).toMatch(/▶ build 0 s of about 1 min 32 s\n/);
    one.end();
    await stage;
    progress.close();
    const file = join(mkdtempSync(join(tmpdir(), "durations-")), "durations.json");
    writeFileSync(file, '{ "build": 7 }');
    const again = new FakeTerminal();
    const known = await createProgress({ terminal: again as unknown as Terminal, environment: {}, durations: file });
    const two = work();
    const next = known.stage("build", two.run, 92);
    expect(stripVTControlCharacters(again.written)).toContain("▶ build 0 s of about 7 s");
    two.end();
    await next;
    known.close();
  });

  test("is drawn anew when the terminal is resized", async () => {
    const { terminal, progress } = await start();
    void progress.stage("a stage with a long name", () => work().run());
    terminal.columns = 12;
    terminal.emit("resize");
    expect(stripVTControlCharacters(terminal.written)).toMatch(/▶ a stage …\n$/);
    progress.close();
    expect(terminal.listenerCount("resize")).toBe(0);
  });
});

test.each<[string, boolean, NodeJS.ProcessEnv, boolean]>([
  ["a terminal", true, { TERM: "xterm" }, true],
  ["a pipe", false, { TERM: "xterm" }, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
  ["a terminal of a CI system", true, { TERM: "xterm", CI: "true" }, false],
  ["a terminal with CI=false", true, { TERM: "xterm", CI: "false" }, true],
])("%s is live or not", (_, isTTY, environment, expected) => {
  expect(isLive({ isTTY } as Terminal, environment)).toBe(expected);
});
