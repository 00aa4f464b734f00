import { withNext } from "@canary-lab/kit/user-error";
import { shareText } from "../../../stacks/live/proxies/share.ts";
import { ownName, shortened } from "../../../stacks/stack-name.ts";
import { table } from "../print.ts";
import type { StackEntry } from "./read-stack.ts";
import type { RunningImage } from "./running-images.ts";

const columns = ["stack", "cluster", "namespace", "images", "wanted", "live", "last move", "drift"] as const;

/** Of the stacks the one that a user names, by its full name or its own; all where none is named. */
export function entriesOf(entries: readonly StackEntry[], named: string | undefined): readonly StackEntry[] {
  if (named === undefined) return entries;
  const called = (name: string) => entries.filter(({ stack }) => stack === name);
  const exact = called(shortened(named));
  return exact.length > 0 ? exact : called(ownName(named));
}

/** The stacks as a table; what is wrong with one stands below. */
export function stackTable(entries: readonly StackEntry[]): readonly string[] {
  if (entries.length === 0) return [withNext("There is no stack.", "npx canaryctl up --create")];
  const problems = entries.flatMap(({ stack, problems }) => problems.map((problem) => `${stack}: ${problem}`));
  return [...table([columns, ...entries.map(rowOf)], ""), ...problems];
}

function rowOf({ stack, cluster, namespace, isDeployed, images, weights, lastMove, drift }: StackEntry) {
  const place = cluster ? `${cluster.target} (${cluster.kubeContext})` : "?";
  if (!isDeployed) return [stack, place, namespace ?? "?", isDeployed === false ? "not deployed" : "?"];
  return [
    stack,
    place,
    namespace ?? "?",
    images.map(imageText).join(", ") || "none",
    weights.wanted ? shareText(weights.wanted) : "-",
    weights.live ? shareText(weights.live) : "-",
    lastMove ? `${lastMove.at.replace(/\.\d+Z$/, "Z")} ${lastMove.command}` : "-",
    drift === null ? "?" : drift.length === 0 ? "none" : `${drift.length}: ${drift.join(", ")}`,
  ];
}

const digits = 12;

/** Such as `stable v1@3f2a90b1c4d5`. */
const imageText = ({ role, version, digest }: RunningImage): string =>
  `${role} ${version}${digest === null ? "" : `@${digest.replace("sha256:", "").slice(0, digits)}`}`;
