import { describe, expect, test } from "@jest/globals";
import type { HistoryEntry } from "../../../../canaryctl/src/history/entry.ts";
import {
  isOutOfReach,
  notReady,
  type PromotionSource,
  promotedImage,
  stableOf,
} from "../../../../canaryctl/src/stack/promotion.ts";
import { shareOf } from "../../../../canaryctl/src/traffic/share.ts";

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
/** A registry with one address. */
const at = (address: string | undefined) => (address === undefined ? undefined : { push: address, pull: address });
const running = (image: string, role = "stable") => ({ role, version: "v2", image, digest });

test("what has all the traffic is the stable side, the active one, or a Deployment's present revision", () => {
  for (const role of ["stable", "active", "current"])
    expect(stableOf([running("b", "canary"), running("c", "old"), running("a", role)])?.image).toBe("a");
  expect(stableOf([running("b", "canary")])).toBeUndefined();
});

describe("the image of a promotion", () => {
  test.each([
    [
      "within one registry",
      `r:5000/lab/versioned-echo@${digest}`,
      { from: "r:5000/lab", to: "r:5000/lab" },
      "r:5000/lab/versioned-echo",
      undefined,
    ],
    [
      "to a stack without a registry",
      `r:5000/versioned-echo@${digest}`,
      { from: "r:5000", to: undefined },
      "r:5000/versioned-echo",
      undefined,
    ],
    [
      "from elsewhere",
      `quay.io/x/versioned-echo@${digest}`,
      { from: "r:5000", to: "s" },
      "quay.io/x/versioned-echo",
      undefined,
    ],
    [
      "from a registry of a like name",
      `r:50001/versioned-echo@${digest}`,
      { from: "r:5000", to: "s" },
      "r:50001/versioned-echo",
      undefined,
    ],
    [
      "to another registry",
      `r:5000/versioned-echo@${digest}`,
      { from: "r:5000", to: "s/team" },
      "s/team/versioned-echo",
      { from: `r:5000/versioned-echo@${digest}`, to: "s/team/versioned-echo:promoted-aaaaaaaaaaaa" },
    ],
    [
      "onward",
      `s/team/versioned-echo:v2@${digest}`,
      { from: "s/team", to: "t" },
      "t/versioned-echo",
      { from: `s/team/versioned-echo@${digest}`, to: "t/versioned-echo:promoted-aaaaaaaaaaaa" },
    ],
  ])("%s", (_case, image, { from, to }, repository, copy) => {
    const promoted = promotedImage(running(image), "versioned-echo:v2", { from: at(from), to: at(to) });
    expect(promoted).toEqual({ reference: `${repository}:v2@${digest}`, digest, copy });
  });

  test.each(["versioned-echo", "r:5000/versioned-echo:latest"])("%s is copied to a tag of its own", (stableImage) => {
    const registries = { from: at("r:5000"), to: at("s") };
    const { copy } = promotedImage(running(`r:5000/versioned-echo@${digest}`), stableImage, registries);
    expect(copy?.to).toBe("s/versioned-echo:promoted-aaaaaaaaaaaa");
  });

  test.each([
    ["localhost:5001/echo", undefined, true],
    ["127.0.0.1:5001/echo", undefined, true],
    ["127.0.0.2:5001/echo", "s", true],
    ["[::1]:5001/echo", undefined, true],
    ["localhost:5001/echo", "localhost:5001", false],
    ["localhost.example/echo", undefined, false],
    ["quay.io/x/echo", undefined, false],
  ])("%s is out of reach of another cluster whose registry is %s: %s", (image, to, isOut) => {
    const promoted = promotedImage(running(image), "echo:v2", { from: undefined, to: at(to) });
    expect(isOutOfReach(promoted, at(to))).toBe(isOut);
  });

  test("is in reach where it is copied", () => {
    const registries = { from: at("localhost:5001"), to: at("s") };
    expect(isOutOfReach(promotedImage(running("localhost:5001/echo"), "echo:v2", registries), at("s"))).toBe(false);
  });

  test("is copied by the machines' names of the registries, and pulled by the nodes'", () => {
    const registries = { from: { push: "localhost:5000", pull: "k3d-a:5000" }, to: { push: "s", pull: "s.internal" } };
    expect(promotedImage(running(`k3d-a:5000/versioned-echo@${digest}`), "versioned-echo:v2", registries)).toEqual({
      reference: `s.internal/versioned-echo:v2@${digest}`,
      digest,
      copy: {
        from: `localhost:5000/versioned-echo@${digest}`,
        to: "s/versioned-echo:promoted-aaaaaaaaaaaa",
      },
    });
  });

  test("has no tag where the config names none, and a port is no tag", () => {
    expect(promotedImage(running("r:5000/x/echo"), "r:5000/x/echo", { from: undefined, to: at("s") }).reference).toBe(
      `r:5000/x/echo@${digest}`,
    );
  });
});
