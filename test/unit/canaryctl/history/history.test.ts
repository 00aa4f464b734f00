import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { historyText } from "../../../../canaryctl/src/commands/history.ts";
import { changeText, whyOf } from "../../../../canaryctl/src/history/entry.ts";
import { appendHistory, readHistory } from "../../../../canaryctl/src/history/store.ts";
import { type HistoryEntry, type Position, positionOf } from "../../../../stacks/history-entry.ts";
import { mostEntries } from "../../../../stacks/live/history.ts";

const position = (change: Partial<Position> = {}): Position => ({
  strategy: "istio",
  canaryWeight: "10",
  canaryEnabled: "true",
  stableImage: "versioned-echo:v1",
  canaryImage: "versioned-echo:v2",
  ...change,
});
const entry = (second: number, change: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  who: "ann@desk",
  command: "set-traffic 70 30",
  from: position(),
  to: position({ canaryWeight: "30" }),
  ...change,
});

/** A ConfigMap as the API server keeps it: a merge patch adds keys, and takes away those that are null. */
function configMap(data?: Record<string, string>) {
  let kept = data;
  const log: string[] = [];
  const events: object[] = [];
  return {
    log,
    events,
    keys: () => Object.keys(kept ?? {}),
    cluster: {
      get: async <T>() => (kept && { data: kept }) as T | undefined,
      async apply<T>(path: string, object: object): Promise<T> {
        const isEvent = path.includes("/events/");
        log.push(isEvent ? "event" : "apply");
        if (isEvent) events.push(object);
        else kept ??= {};
        return {} as T;
      },
      async patch<T>(path: string, change: object): Promise<T> {
        log.push("patch");
        if (!kept) throw new ApiError(404, "configmaps not found", path);
        const { data: changes } = change as { data: Record<string, string | null> };
        const merged = Object.entries({ ...kept, ...changes });
        kept = Object.fromEntries(merged.filter((pair): pair is [string, string] => pair[1] !== null));
        return { data: kept } as T;
      },
    },
  };
}
const of = { app: "versioned-echo", namespace: "canary-lab" };

describe("the store", () => {
  test("makes the ConfigMap at the first entry, and adds one write for each later one", async () => {
    const { cluster, log } = configMap();
    await appendHistory(cluster, of, entry(1));
    expect(log).toEqual(["patch", "apply", "patch", "event"]);
    await appendHistory(cluster, of, entry(2, { why: "trying" }));
    expect(log.slice(4)).toEqual(["patch", "event"]);
    expect(await readHistory(cluster, of)).toEqual([entry(2, { why: "trying" }), entry(1)]);
  });

  test("says each entry in an event of the Service, one that failed as a warning; where that is refused the history has it alone", async () => {
    const { cluster, events } = configMap({});
    await appendHistory(cluster, of, entry(1, { account: "system:serviceaccount:shop:mover", why: "trying" }));
    await appendHistory(cluster, of, entry(2, { failed: "it broke" }));
    expect(events).toMatchObject([
      {
        metadata: { name: `versioned-echo.20260101t000001000z-${process.pid}`, namespace: "canary-lab" },
        involvedObject: { kind: "Service", name: "versioned-echo" },
        type: "Normal",
        reason: "Moved",
        message:
          "set-traffic 70 30: 90/10 -> 70/30, by ann@desk, for the cluster system:serviceaccount:shop:mover; trying",
      },
      { type: "Warning", reason: "MoveFailed", message: expect.stringMatching(/ann@desk; failed: it broke$/) },
    ]);
    for (const [second, status] of [403, 500].entries()) {
      const refusing = { ...cluster, apply: () => Promise.reject(new ApiError(status, "no event", "/events")) };
      await appendHistory(refusing, of, entry(3 + second));
    }
    expect(await readHistory(cluster, of)).toHaveLength(4);
  });

  test("two commands at once both keep their entry", async () => {
    const { cluster } = configMap({});
    await Promise.all([appendHistory(cluster, of, entry(1)), appendHistory(cluster, of, entry(2))]);
    expect(await readHistory(cluster, of)).toHaveLength(2);
  });

  test("keeps a bounded number, and drops the oldest", async () => {
    const { cluster, keys } = configMap({});
    for (let second = 0; second < mostEntries + 3; second += 1) await appendHistory(cluster, of, entry(second));
    expect(keys()).toHaveLength(mostEntries);
    const all = await readHistory(cluster, of);
    expect([all[0]?.at, all.at(-1)?.at]).toEqual([entry(mostEntries + 2).at, entry(3).at]);
  });

  test("leaves out what somebody has edited into no entry", async () => {
    const { cluster } = configMap({ "1": "no JSON", "2": "null", "3": JSON.stringify(entry(3)) });
    expect(await readHistory(cluster, of)).toEqual([entry(3)]);
  });

  test.each([
    ["to", null],
    ["to", { strategy: "istio" }],
    ["from", { ...position(), canaryImage: undefined }],
    ["from", undefined],
    ["who", undefined],
    ["command", 7],
  ])("leaves out an entry whose %s was edited into %j: the others are printed", async (key, value) => {
    const edited = JSON.stringify({ ...entry(1), [key]: value });
    const { cluster } = configMap({ "1": edited, "2": JSON.stringify(entry(2, { from: null })) });
    const read = await readHistory(cluster, of);
    expect(historyText(read)).toHaveLength(2);
    expect(read).toEqual([entry(2, { from: null })]);
  });
});

test("a change is told by what differs, and a move that the config does not show by where it was", () => {
  const change = (from: Position | null, to: Position, command = "set-traffic 70 30", more = {}) =>
    changeText({ command, from, to, ...more });
  expect(change(position(), position({ canaryWeight: "30" }))).toEqual({ from: "90/10", to: "70/30" });
  expect(change(position(), position(), "abort")).toEqual({ from: "90/10", to: "90/10" });
  expect(
    change(position(), position({ canaryWeight: "0", canaryEnabled: "false", stableImage: "versioned-echo:v2" })),
  ).toEqual({
    from: "90/10, a canary, stable v1",
    to: "100/0, no canary, stable v2",
  });
  expect(change(null, position()).from).toBe("-");
  expect(positionOf({ ...position(), canaryWeight: 10, canaryEnabled: true })).toEqual(position());
});

test("a canary that came or went is told as that, also where the file said so before", () => {
  const none = position({ canaryWeight: "0", canaryEnabled: "false" });
  const change = (command: string, to: Position) => changeText({ command, from: to, to });
  expect(change("delete-canary", none)).toEqual({ from: "a canary", to: "no canary" });
  const made = "90/10, canary v2";
  expect(change("create-canary --image versioned-echo:v2 --replicas 4", position())).toEqual({ from: made, to: made });
});

test("of a command that failed the list tells what was asked from what held when it ended", () => {
  const to = position({ canaryWeight: "50" });
  expect(changeText(entry(1, { to, asked: "70/30", failed: "Another command has set the traffic." }))).toEqual({
    from: "90/10",
    to: "asked 70/30, holds 50/50",
  });
  expect(changeText(entry(1, { command: "promote", to, failed: "It broke." })).to).toBe("holds 50/50");
});

test("a rise of a canary that has a share has the reason by which the judge was left out, too", () => {
  const at = (canaryWeight: string) => position({ canaryWeight });
  expect(whyOf("urgent", "the old version leaks", at("10"), at("30"))).toBe(
    "urgent; judge overridden: the old version leaks",
  );
  expect(whyOf(undefined, "the old version leaks", at("10"), at("30"))).toBe("judge overridden: the old version leaks");
  for (const [from, to] of [
    ["0", "10"],
    ["30", "10"],
  ] as const)
    expect(whyOf(undefined, "the old version leaks", at(from), at(to))).toBeUndefined();
  expect(whyOf("urgent", undefined, at("10"), at("30"))).toBe("urgent");
});

test("the list has the reason, and what failed", () => {
  expect(historyText([])).toEqual(["Nothing has been released or moved yet."]);
  expect(historyText([entry(1, { why: "errors", failed: "The state does not say so yet." })])).toEqual([
    "  when                  who       command            from   to           why",
    "  2026-01-01T00:00:01Z  ann@desk  set-traffic 70 30  90/10  holds 70/30  errors; failed: The state does not say so yet.",
  ]);
});

test("the list says as whom the cluster knew the one who moved", () => {
  const [, line] = historyText([entry(1, { account: "system:serviceaccount:canary-lab:versioned-echo-mover" })]);
  expect(line).toContain("  ann@desk as system:serviceaccount:canary-lab:versioned-echo-mover  set-traffic 70 30");
});

test("an image that comes from another stack is told with its source, digest and commit", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const source = { stack: "dev", image: "r/versioned-echo", digest, commit: "0a1b2c3d4e5f6a7b" };
  const [, line] = historyText([entry(1, { command: "stack promote dev staging", why: "hotfix", source })]);
  expect(line).toContain(`hotfix; from dev: ${digest}, commit 0a1b2c3d4e5f`);
});
