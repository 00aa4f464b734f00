import type { PreviewDigest } from "./digest.ts";
import type { Missing } from "./outcome.ts";
import { amount, trafficText } from "./traffic-text.ts";
import { joined, type Words, words } from "./words.ts";

/** What each lack means for whoever reads of it. */
const lacks: Readonly<Record<Missing, string>> = {
  cluster: "the cluster cannot be reached from here",
  secret: "the secret of the stack (its passphrase or key) is not here",
  permission: "the account may not read all that a preview needs",
  stack: "there is no such stack",
  state: "it is not in the backend yet, and its first `up` makes all of it",
  backend: "the backend with the stack's state cannot be read from here",
  lock: "another update of the stack is running",
};

/** One stack in one sentence, the traffic first. */
export function summaryOf(digest: PreviewDigest): Words {
  const { stack, outcome, missing } = digest;
  const name: Words = ["**", { quoted: stack }, "**: "];
  const told = [strategyText(digest), trafficText(digest.traffic)].filter((text) => text !== undefined);
  const move = told.length === 0 ? undefined : joined(told, ", ");
  switch (outcome) {
    case "no-change":
      return [...name, "no change"];
    case "not-made":
      return [
        ...name,
        `**not previewed**: ${missing ? lacks[missing] : "something is missing"}`,
        ...(missing === "state" && move ? joined([[", "], move], "") : []),
        ". This says nothing of the change.",
      ];
    case "refused":
      return joined(
        [[...name, "**refused**, nothing would be changed"], move && joined([["asked for: "], move], "")],
        "; ",
      );
    case "failed":
      return [...name, "**the preview failed**, so what would change is not known"];
    case "changes":
      return [...name, ...joined([move, countText(digest)], "; ")];
  }
}

const operationWords = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  import: "imported",
} as const;

function strategyText({ config }: PreviewDigest): Words | undefined {
  const change = config.find(({ key }) => key === "strategy");
  return change && words`strategy ${change.applied ?? "?"} -> ${change.wanted ?? "?"}`;
}

/** Such as `2 updated, 1 replaced, 30 unchanged`. */
function countText({ resources, unchanged, drift }: PreviewDigest): Words {
  const counts = Object.entries(operationWords).flatMap(([operation, done]) => {
    const count = resources.filter((resource) => resource.operation === operation).length;
    return count === 0 ? [] : [`${count} ${done}`];
  });
  if (drift.length > 0) counts.push(`${drift.length} put back`);
  return [[...counts, `${unchanged} unchanged`].join(", ")];
}

/** What is said of all stacks at once. */
export function headline(digests: readonly PreviewDigest[]): string {
  const count = (outcome: PreviewDigest["outcome"]) => digests.filter((digest) => digest.outcome === outcome).length;
  const parts = [
    [count("changes"), "with changes"],
    [count("refused"), "refused"],
    [count("failed"), "failed"],
    [count("not-made"), "not previewed"],
    [count("no-change"), "without change"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `Preview of ${amount(digests.length)} ${digests.length === 1 ? "stack" : "stacks"}: ${said.join(", ")}`;
}

/** The only line where nothing changes anywhere. */
export const noChange = (digests: readonly PreviewDigest[]): Words =>
  joined(
    [
      ["No change in "],
      joined(
        digests.map(({ stack }) => words`${stack}`),
        ", ",
      ),
      ["."],
    ],
    "",
  );
