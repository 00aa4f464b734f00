import { reportedVersion } from "../../../components/image/render-built-image.ts";
import {
  type HistoryEntry,
  type ImageSource,
  overriddenText,
  type Position,
  positionKeys,
} from "../../../stacks/history-entry.ts";

/** Such as `from dev: sha256:…, commit 0a1b2c3d4e5f`. */
export const sourceText = ({ stack, digest, commit }: ImageSource): string =>
  `from ${stack}: ${digest}${commit === null ? "" : `, commit ${commit.slice(0, 12)}`}`;

export const isSamePosition = (one: Position, other: Position): boolean =>
  positionKeys.every((key) => one[key] === other[key]);

/** The reason of a command, and for a rise the one by which the config has the judge left out. */
export function whyOf(
  reason: string | undefined,
  judgeOverride: string | undefined,
  from: Position | null,
  to: Position,
): string | undefined {
  const before = Number(from?.canaryWeight ?? 0);
  const isJudged = before > 0 && Number(to.canaryWeight) > before;
  const override = isJudged && judgeOverride ? overriddenText(judgeOverride) : undefined;
  return [reason, override].filter(Boolean).join("; ") || undefined;
}

interface Change {
  readonly from: string;
  readonly to: string;
}

/**
 * What an entry has changed, as a person would say it: such as `90/10` and `70/30`, or the image that became stable. Of a command that
 * failed, what was asked and what held then are told apart.
 */
export function changeText({ command, from, to, asked, failed }: Told): Change {
  const change = changeOf(command, from, to);
  if (failed === undefined) return change;
  return { ...change, to: [asked === undefined ? "" : `asked ${asked}, `, "holds ", change.to].join("") };
}

type Told = Pick<HistoryEntry, "command" | "from" | "to"> & {
  readonly asked?: string | undefined;
  readonly failed?: string | undefined;
};

function changeOf(command: string, from: Position | null, to: Position): Change {
  const changed = positionKeys.filter((key) => from?.[key] !== to[key]);
  const [name = ""] = command.split(" ");
  // A move that the config does not show, as of pods that an edited file did not name any more, or an abort, which happened at a place.
  if (changed.length === 0 && name === "delete-canary") return { from: "a canary", to: "no canary" };
  const unchanged = name === "create-canary" ? (["canaryWeight", "canaryImage"] as const) : (["canaryWeight"] as const);
  const shown = changed.length > 0 ? changed : unchanged;
  const text = (position: Position) => shown.map((key) => texts[key](position[key])).join(", ");
  return { from: from ? text(from) : "-", to: text(to) };
}

const texts: Readonly<Record<keyof Position, (value: string) => string>> = {
  strategy: (value) => value,
  canaryWeight: (value) => `${100 - Number(value)}/${Number(value)}`,
  canaryEnabled: (value) => (value === "false" ? "no canary" : "a canary"),
  stableImage: (value) => `stable ${reportedVersion(value) ?? value}`,
  canaryImage: (value) => `canary ${reportedVersion(value) ?? value}`,
};
