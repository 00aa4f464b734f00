import { expect, test } from "@jest/globals";
import { exitCodeOf } from "../../../../canaryctl/src/preview/exit-code.ts";
import { previewJson } from "../../../../canaryctl/src/preview/json.ts";
import { previewMarkdown } from "../../../../canaryctl/src/preview/markdown.ts";
import { digestOfLines, recorded, recordings, stepEvent, succeeded } from "./recordings.ts";

/** Values are folded away; three recordings show them. */
const withoutValues = (text: string): string => text.replaceAll(/\n<details>[\s\S]*?<\/details>\n?/g, "");

test.each(recordings)("%s is told as it was seen to be right", (name) => {
  expect(withoutValues(previewMarkdown([recorded(name)]))).toMatchSnapshot();
});

test.each(["weight-move", "stable-image", "namespace"])("%s shows its values", (name) => {
  expect(previewMarkdown([recorded(name)])).toMatchSnapshot();
});

test.each([
  ["none", "no-change", 0, 0],
  ["rollout-none", "no-change", 0, 0],
  ["weight-move", "changes", 0, 2],
  ["namespace", "changes", 0, 2],
  ["image-refused", "refused", 1, 1],
  ["strategy-refused", "refused", 1, 1],
  ["bad-config", "refused", 1, 1],
  ["unreachable", "not-made", 3, 3],
  ["readonly", "not-made", 3, 3],
  ["wrong-passphrase", "not-made", 3, 3],
  ["no-passphrase", "not-made", 3, 3],
  ["no-stack", "not-made", 3, 3],
] as const)("%s is %s: exit code %d, in detail %d", (name, outcome, code, detailed) => {
  const digest = recorded(name);
  expect(digest.outcome).toBe(outcome);
  expect(exitCodeOf([digest], false)).toBe(code);
  expect(exitCodeOf([digest], true)).toBe(detailed);
});

test("the worst of several stacks gives the exit code, and what is refused is worse than what could not be looked at", () => {
  expect(exitCodeOf([recorded("weight-move"), recorded("unreachable")], true)).toBe(3);
  expect(exitCodeOf([recorded("unreachable"), recorded("image-refused")], true)).toBe(1);
});

test.each([
  ["unreachable", "cluster"],
  ["readonly", "permission"],
  ["wrong-passphrase", "secret"],
  ["no-passphrase", "secret"],
  ["no-stack", "state"],
])("%s lacks the %s, and says that this is no statement on the change", (name, missing) => {
  const digest = recorded(name);
  expect(digest.missing).toBe(missing);
  expect(previewMarkdown([digest])).toContain("This says nothing of the change.");
});

test("a runner without a kubeconfig file lacks the cluster, which is no failure of the preview", () => {
  const { outcome, missing } = digestOfLines(["error: There is no kubeconfig file."]);
  expect([outcome, missing]).toEqual(["not-made", "cluster"]);
});

test("a kubeconfig in another place is no change; the context, or another cluster, is one", () => {
  const outcomeOf = (after: object, op = "update") =>
    digestOfLines([
      stepEvent({ op, type: "pulumi:providers:kubernetes", before: { kubeconfig: "/a", context: "c" }, after }),
      succeeded,
    ]);
  const moved = { kubeconfig: "/b", context: "c" };
  expect(outcomeOf(moved)).toMatchObject({ outcome: "no-change", resources: [], unchanged: 1 });
  expect(outcomeOf({ ...moved, context: "d" }).outcome).toBe("changes");
  expect(outcomeOf(moved, "replace").outcome).toBe("changes");
});

test("several stacks are one text: every stack's traffic stands before the first risk", () => {
  const text = previewMarkdown([
    { ...recorded("weight-move"), stack: "prod" },
    { ...recorded("namespace"), stack: "staging" },
    { ...recorded("none"), stack: "dev" },
  ]);
  const risks = text.indexOf("risks");
  for (const stack of ["prod", "staging", "dev"]) expect(text.indexOf(`**\`${stack}\`**`)).toBeLessThan(risks);
  expect(text).toContain("**`dev`**: no change");
});

test("where nothing changes anywhere there is one line", () => {
  const text = previewMarkdown([recorded("none"), { ...recorded("none"), stack: "prod" }]);
  expect(text).toBe("No change in `dev`, `prod`.\n");
});

test("what is told of the cluster leads: the live share, requests, and what was changed by hand", () => {
  const drift = [
    { kind: "VirtualService", id: "canary-lab/x", isGone: false, fields: ["spec.http is 50, and was 10"] },
  ];
  const text = previewMarkdown([recorded("weight-move", { live: { share: 50, perMinute: 15_000, drift } })]);
  expect(text).toContain("`v2` 50 % -> 30 %, step 2 of 10-30-60-100, about 3,000 fewer requests a minute");
  expect(text).toContain(
    "`VirtualService canary-lab/x` was changed in the cluster, and is put back: `spec.http is 50, and was 10`",
  );
});

test("drift alone is a change, for the next update puts it back", () => {
  const digest = recorded("none", { live: { drift: [{ kind: "Deployment", id: "a/b", isGone: true, fields: [] }] } });
  expect(digest.outcome).toBe("changes");
  expect(previewMarkdown([digest])).toContain("`Deployment a/b` is gone from the cluster, and comes back");
});

test("a cluster that was not compared is told even where nothing changes", () => {
  const text = previewMarkdown([recorded("none", { live: { notCompared: "2 of its objects: forbidden" } })]);
  expect(text).toContain("where the cluster was not compared with the state: `2 of its objects: forbidden`");
  expect(text).toContain("forbidden");
});

test("the JSON has the same content as plain text", () => {
  const { previews } = JSON.parse(previewJson([recorded("stable-image")]));
  expect(previews[0].summary).toBe("dev: v2 keeps 10 %; 3 updated, 18 unchanged");
  expect(previews[0].risks[0]).toEqual({
    kind: "untested",
    text: "versioned-echo:v9 becomes the stable image without having been the canary: all of the stable side gets it",
  });
});

test("what the pods ask for is priced, and the canary for the length of the plan", () => {
  const { cost } = recorded("replicas");
  // 4 pods of 20m and 64Mi and the client of 10m and 64Mi, then 2 pods more: 0.04 x 0.0445 + 0.125 x 0.0049225 an hour.
  expect(cost?.before).toEqual({ cpu: 0.09, memory: 5 * 64 * 2 ** 20 });
  expect(cost?.after).toEqual({ cpu: 0.13, memory: 7 * 64 * 2 ** 20 });
  expect(cost?.perHour).toBeCloseTo(0.0023953125, 12);
  // The same two pods are the canary's: three minutes of them.
  expect(cost?.plan).toEqual({ seconds: 180, decisions: 4, cost: expect.closeTo(0.000119765625, 12) });
  expect(recorded("weight-move").cost).toBeNull();
});
