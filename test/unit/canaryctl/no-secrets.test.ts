import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { appendHistory, readHistory } from "../../../canaryctl/src/history/store.ts";
import { commandLine } from "../../../canaryctl/src/lab.ts";
import { say } from "../../../canaryctl/src/print.ts";

const token = "ghp_abcdefghijklmnop0123";
const ownWord = "correct-horse-battery";
const reason = `${token} and ${ownWord}`;
const before = process.env.E2E_PASSWORD;

beforeEach(() => {
  process.env.E2E_PASSWORD = ownWord;
});
afterEach(() => {
  if (before === undefined) delete process.env.E2E_PASSWORD;
  else process.env.E2E_PASSWORD = before;
  jest.restoreAllMocks();
});

describe("no secret stands in", () => {
  test("the command line that the engine gets as a message: its argv is for all to see, and its state keeps it", () => {
    expect(commandLine(["set-traffic", "70", "30", "--reason", reason])).toBe(
      "canaryctl set-traffic 70 30 --reason [secret] and [secret]",
    );
  });

  test("the history", async () => {
    let data: Record<string, string> = {};
    const cluster = {
      get: async <T>() => ({ data }) as T,
      apply: async <T>() => ({}) as T,
      patch: async <T>(_: string, change: object) => {
        ({ data } = change as { data: Record<string, string> });
        return change as T;
      },
    };
    const to = {
      strategy: "istio",
      canaryWeight: "10",
      canaryEnabled: "true",
      stableImage: "a:v1",
      canaryImage: "a:v2",
    };
    const entry = { at: "2026-01-01T00:00:00Z", who: "ci@runner", from: null, to };
    const of = { app: "a", namespace: "b" };
    await appendHistory(cluster, of, {
      ...entry,
      command: `stack promote dev prod --force ${reason}`,
      why: reason,
      failed: `pull of https://me:hidden@registry.test/v2/ failed`,
    });
    expect(await readHistory(cluster, of)).toEqual([
      {
        ...entry,
        command: "stack promote dev prod --force [secret] and [secret]",
        why: "[secret] and [secret]",
        failed: "pull of https://me:[secret]@registry.test/v2/ failed",
      },
    ]);
  });

  test("a line on standard error, whoever wrote it", () => {
    const written = jest.spyOn(console, "error").mockImplementation(() => {});
    say(`pull of https://me:hidden@registry.test/v2/ failed with Bearer ${token}`);
    say('imageRegistry is "me:hidden@registry.test:5000", and an image is echo:v1@sha256:0123');
    expect(written.mock.calls.flat()).toEqual([
      "pull of https://me:[secret]@registry.test/v2/ failed with Bearer [secret]",
      'imageRegistry is "me:[secret]@registry.test:5000", and an image is echo:v1@sha256:0123',
    ]);
  });
});
