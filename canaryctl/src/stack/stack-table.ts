import { withNext } from "@canary-lab/kit/user-error";
import { shareText } from "../../../stacks/live/proxies/share.ts";
import { ownName, shortened } from "../../../stacks/stack-name.ts";
import { table } from "../print.ts";
import type { ApplicationEntry, StackEntry } from "./read-stack.ts";
import type { RunningImage } from "./running-images.ts";

const columns = ["stack", "cluster", "namespace", "images", "wanted", "live", "last move", "drift"] as const;

/** Of the stacks the one that a user names, by its full name or its own; all where none is named. */
export function entriesOf(entries: readonly StackEntry[], named: string | undefined): readonly StackEntry[] {
  if (named === undefined) return entries;
  const called = (name: string) => entries.filter(({ stack }) => stack === name);
  const exact = called(shortened(named));
  return exact.length > 0 ? exact : called(ownName(named));
}

/** The applications of stacks, each with what it is called: a service stands below its stack, as `dev/orders`. */
const applicationsOf = (
  entries: readonly StackEntry[],
): readonly (readonly [name: string, entry: ApplicationEntry])[] =>
  entries.flatMap((entry) => [
    [entry.stack, entry] as const,
    ...Object.entries(entry.services).map(([service, one]) => [`${entry.stack}/${service}`, one] as const),
  ]);

export const hasProblems = (entries: readonly StackEntry[]): boolean =>
  applicationsOf(entries).some(([, { problems }]) => problems.length > 0);

/** The stacks as a table, each with its services; what is wrong with one stands below. */
export function stackTable(entries: readonly StackEntry[]): readonly string[] {
  if (entries.length === 0) return [withNext("There is no stack.", "npx canaryctl up --create")];
  const applications = applicationsOf(entries);
  const problems = applications.flatMap(([name, { problems }]) => problems.map((problem) => `${name}: ${problem}`));
  return [...table([columns, ...applications.map(([name, entry]) => rowOf(name, entry))], ""), ...problems];
}

function rowOf(
  name: string,
  { cluster, namespace, isDeployed, images, weights, lastMove, drift }: ApplicationEntry,
): readonly string[] {
  const place = cluster ? `${cluster.target} (${cluster.kubeContext})` : "?";
  if (!isDeployed) return [name, place, namespace ?? "?", isDeployed === false ? "not deployed" : "?"];
  return [
    name,
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
