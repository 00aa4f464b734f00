import { reportedVersion } from "../../../components/image/render-built-image.ts";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";
import type { Progress, Release } from "../strategies/strategy.ts";
import type { RunningImage } from "./running-images.ts";

/** What is known of the stack that a promotion takes its image from. */
export interface PromotionSource {
  readonly stack: string;
  /** Undefined for the stack's own application. */
  readonly service?: string | undefined;
  /** By what is applied. */
  readonly config: { readonly canaryEnabled: boolean; readonly canaryImage: string; readonly stableImage: string };
  readonly release: Pick<Release, "live" | "progress" | "fault">;
  readonly images: readonly RunningImage[];
  /** The newest first. */
  readonly history: readonly HistoryEntry[];
}

/** Why a stack's image is not ready for another one, a sentence each; empty where it is. */
export function notReady({ config, release, history }: PromotionSource): readonly string[] {
  const { live, progress, fault } = release;
  const share = live ? `${live.canary} % of the traffic` : "a share that is not known";
  return [
    ...(config.canaryEnabled ? [`the release of ${config.canaryImage} is not finished: it has ${share}`] : []),
    ...(progress?.aborted
      ? [abortText(progress, fault)]
      : [
          ...(progress && progress.phase !== "Healthy" ? [`the release is ${progress.phase}`] : []),
          ...(fault === undefined ? [] : [firstSentence(fault)]),
        ]),
    ...givenUp(history),
  ];
}

/** Whether no promotion can finish the release of a stack: its controller refuses that after an abort. */
export const isAborted = ({ release }: Pick<PromotionSource, "release">): boolean => release.progress?.aborted === true;

function abortText({ analysis }: Progress, fault = "the release was aborted"): string {
  const verdict = analysis.find(({ phase }) => phase === "Failed" || phase === "Error");
  if (!verdict) return firstSentence(fault);
  const { kind, phase, message } = verdict;
  const text =
    phase === "Failed"
      ? `was judged bad by its ${kind} analysis, and aborted`
      : `was aborted, for its ${kind} analysis could not measure`;
  return `the release ${text}: ${message || phase}`;
}

const firstSentence = (text: string): string => (text.split("\n")[0] ?? "").replace(/\.$/, "");

/** The commands that give a release up. */
const givesUp = /^(rollback|abort|undo)\b/;

/**
 * Whether a move was the end of a release: its image has become the stable one, and there is no canary. Which command writes that differs:
 * a Rollout's release ends by itself, and the next `promote` or `up` finds it finished. One that is run again has the image there already.
 */
function hasEnded({ from, to }: HistoryEntry): boolean {
  if (!from || to.canaryEnabled !== "false") return false;
  return from.stableImage !== to.stableImage || (from.canaryEnabled === "true" && from.canaryImage === to.stableImage);
}

/** Whether the last release that ended was given up. */
function givenUp(history: readonly HistoryEntry[]): readonly string[] {
  const last = history.find((entry) => givesUp.test(entry.command) || hasEnded(entry));
  if (!last || !givesUp.test(last.command)) return [];
  const { command, at, who, why } = last;
  return [`its last release was given up by ${command} (${who}, ${at}${why === undefined ? "" : `: ${why}`})`];
}

/** What has all the traffic of a stack: the stable side, the active one, or the revision of a Deployment. */
export const stableOf = (images: readonly RunningImage[]): RunningImage | undefined =>
  ["stable", "active", "current"].flatMap((role) => images.filter((image) => image.role === role))[0];

/** The parts of an image's reference. */
interface Reference {
  readonly repository: string;
  readonly tag?: string;
}

function partsOf(reference: string): Reference {
  const [name = ""] = reference.split("@");
  const [, repository = name, tag] = /^(.+):([\w][\w.-]*)$/.exec(name) ?? [];
  return tag === undefined || tag.includes("/") ? { repository: name } : { repository, tag };
}

/** A registry, each as `host[:port][/path]`. */
interface Registry {
  /** As the machines name it that push to it and copy from it. */
  readonly push: string;
  /** As the nodes name it. */
  readonly pull: string;
}

/** An image as another stack gets it. */
interface Promoted {
  /** `REPOSITORY[:TAG]@sha256:…`: the digest says which image, the tag what it calls itself; the registry may not have the tag. */
  readonly reference: string;
  readonly digest: string;
  /** Where the image must be copied first; undefined where the other stack pulls it from where it is. */
  readonly copy: { readonly from: string; readonly to: string } | undefined;
}

/**
 * The image that runs, for another stack. An image in the registry of the one goes into the registry of the other; one from elsewhere is
 * pulled from there by both.
 *
 * @param stableImage as the config of the first names it
 * @param registries of each; undefined where it has none
 */
export function promotedImage(
  image: RunningImage & { readonly digest: string },
  stableImage: string,
  registries: { readonly from: Registry | undefined; readonly to: Registry | undefined },
): Promoted {
  const { repository } = partsOf(image.image);
  const { tag } = partsOf(stableImage);
  const { from, to } = registries;
  const path = from && repository.startsWith(`${from.pull}/`) ? repository.slice(from.pull.length) : undefined;
  const target = path !== undefined && to ? `${to.pull}${path}` : repository;
  const named = tag === undefined ? target : `${target}:${tag}`;
  return {
    reference: `${named}@${image.digest}`,
    digest: image.digest,
    copy:
      path !== undefined && from && to && to.push !== from.push
        ? { from: `${from.push}${path}@${image.digest}`, to: `${to.push}${path}:${copyTag(image.digest)}` }
        : undefined,
  };
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?\//;

/**
 * Whether another cluster than the first stack's could not pull the image: it is on the loopback of the machine, and stays there.
 *
 * @param registry of the second stack
 */
export const isOutOfReach = ({ reference, copy }: Promoted, registry: Registry | undefined): boolean =>
  copy === undefined && loopback.test(reference) && !(registry && reference.startsWith(`${registry.pull}/`));

/** A registry keeps what has a tag. It is one that no other image has: the version's own may name another build there. */
const copyTag = (digest: string): string => `promoted-${digest.slice("sha256:".length).slice(0, 12)}`;

/** The name of an image for people: the version that it reports, else its reference. */
export const imageName = (reference: string): string => reportedVersion(reference) ?? reference;
