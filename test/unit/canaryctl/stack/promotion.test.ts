import { describe, expect, test } from "@jest/globals";
import { notReady, type PromotionSource, stableOf } from "../../../../canaryctl/src/stack/promotion.ts";
import type { HistoryEntry } from "../../../../stacks/history-entry.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";

const position = { strategy: "istio", canaryWeight: "0", canaryEnabled: "false", stableImage: "a", canaryImage: "b" };
const entry = (command: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: "2026-11-27T10:00:00Z",
  who: "ann@host",
  command,
  from: position,
  to: position,
  ...more,
});
/** The end of a release by any command: its image is the stable one, and there is no canary. */
const release = (command: string) => entry(command, { to: { ...position, stableImage: "b" } });
const finished: PromotionSource = {
  stack: "dev",
  config: { canaryEnabled: false, canaryImage: "versioned-echo:v2", stableImage: "versioned-echo:v2" },
  release: { live: shareOf(0), fault: undefined },
  images: [],
  history: [release("promote --full")],
};
const progress = (phase: string, aborted = false) =>
  ({ phase, aborted, analysis: [] as readonly object[] }) as NonNullable<PromotionSource["release"]["progress"]>;

describe("an image is ready for another stack", () => {
  test.each([
    ["where a release is finished", finished],
    ["where nothing was ever released", { ...finished, history: [] }],
    [
      "where a release is finished after one that was given up",
      { ...finished, history: [release("promote --full"), entry("rollback")] },
    ],
    ...["promote", "create-canary --image b --follow", "promote --follow", "up"].map(
      (command): [string, PromotionSource] => [
        `where the one after that ended by ${command}`,
        { ...finished, history: [release(command), entry("set-traffic 90 10"), entry("abort")] },
      ],
    ),
    [
      "where a promotion was stopped and run again",
      {
        ...finished,
        history: [
          entry("promote --full", {
            from: { ...position, canaryEnabled: "true", stableImage: "b" },
            to: { ...position, stableImage: "b" },
          }),
          entry("rollback"),
        ],
      },
    ],
    [
      "whatever was done to a canary that is gone",
      { ...finished, history: [entry("delete-canary"), entry("set-traffic 100 0"), release("promote --full --now")] },
    ],
    ["where its controller says so", { ...finished, release: { ...finished.release, progress: progress("Healthy") } }],
  ])("%s", (_case, source) => {
    expect(notReady(source)).toEqual([]);
  });

  test.each([
    [
      "while a canary runs",
      {
        ...finished,
        config: { ...finished.config, canaryEnabled: true },
        release: { live: shareOf(30), fault: undefined },
      },
      /the release of versioned-echo:v2 is not finished: it has 30 % of the traffic/,
    ],
    [
      "after a rollback",
      { ...finished, history: [entry("rollback", { why: "errors" })] },
      /given up by rollback \(ann@host, .*: errors\)/,
    ],
    [
      "after an abort, though its canary was deleted",
      { ...finished, history: [entry("delete-canary"), entry("abort")] },
      /given up by abort/,
    ],
    ["after an undo", { ...finished, history: [entry("undo"), release("promote --full")] }, /given up by undo/],
    [
      "after a rollback that brought the image before back",
      { ...finished, history: [release("rollback"), release("promote --full")] },
      /given up by rollback/,
    ],
    [
      "a stable image that was changed beside a canary is no end",
      {
        ...finished,
        history: [entry("up", { to: { ...position, canaryEnabled: "true", stableImage: "c" } }), entry("rollback")],
      },
      /given up by rollback/,
    ],
    [
      "a first entry is no end",
      { ...finished, history: [entry("up", { from: null }), entry("rollback")] },
      /given up by rollback/,
    ],
    [
      "a promotion by one step is no end",
      { ...finished, history: [entry("promote"), entry("rollback")] },
      /given up by rollback/,
    ],
    [
      "while a controller is on the way",
      { ...finished, release: { ...finished.release, progress: progress("Progressing") } },
      /the release is Progressing/,
    ],
    [
      "where it was aborted",
      { ...finished, release: { ...finished.release, progress: progress("Degraded", true) } },
      /was aborted/,
    ],
    [
      "where its analysis could not measure",
      {
        ...finished,
        release: {
          live: shareOf(0),
          progress: {
            ...progress("Degraded", true),
            analysis: [{ kind: "step", name: "run-1", phase: "Error", message: "Prometheus does not answer" }],
          },
          fault: "The release is aborted: x.",
        },
      },
      /^the release was aborted, for its step analysis could not measure: Prometheus does not answer$/,
    ],
    [
      "where it was aborted for another reason than an analysis",
      {
        ...finished,
        release: {
          live: shareOf(0),
          progress: progress("Degraded", true),
          fault: "The release is aborted: slow.\n  next: x",
        },
      },
      /^The release is aborted: slow$/,
    ],
    [
      "where pods are missing",
      { ...finished, release: { live: shareOf(0), fault: "Not all pods are ready.\n  next: x" } },
      /^Not all pods are ready$/,
    ],
  ])("not %s", (_case, source, reason) => {
    expect(notReady(source)).toEqual([expect.stringMatching(reason)]);
  });
});

const digest = `sha256:${"a".repeat(64)}`;
const running = (image: string, role = "stable") => ({ role, version: "v2", image, digest });

test("what has all the traffic is the stable side, the active one, or a Deployment's present revision", () => {
  for (const role of ["stable", "active", "current"])
    expect(stableOf([running("b", "canary"), running("c", "old"), running("a", role)])?.image).toBe("a");
  expect(stableOf([running("b", "canary")])).toBeUndefined();
});
