import type { UserError } from "@canary-lab/kit/user-error";
import type { AddOn } from "../add-ons.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { planBuild } from "./build.ts";
import { buildContext } from "./build-context.ts";
import { keptGigabytes } from "./disk.ts";
import { expectedSeconds, lastDurations } from "./plan.ts";
import { buildObstacles } from "./preflight.ts";
import { missingOf, programsOfUser, wantedUnits } from "./wanted.ts";

/** What making the tools will take, known before anything is made. */
export interface Outlook {
  /** 0 where all are in the cache. */
  readonly seconds: number;
  /** Disk at the peak, in GB. */
  readonly gigabytes: number;
  /** What stands in the way. */
  readonly obstacles: readonly UserError[];
}

/** Looks ahead at what `ensureTools` will do with the same arguments. */
export async function toolsOutlook(settings: EmbeddedClusterSettings, addOns: readonly AddOn[]): Promise<Outlook> {
  const context = buildContext(settings, new AbortController().signal);
  const wanted = await wantedUnits(settings, addOns, context);
  const missing = missingOf(wanted, settings.cache, await programsOfUser(wanted, settings));
  if (missing.recipes.length + missing.system.length === 0) return { seconds: 0, gigabytes: 0, obstacles: [] };
  const plan = await planBuild({ ...missing, go: wanted.go }, context);
  return {
    seconds: expectedSeconds(plan.lanes, lastDurations(settings.home)),
    gigabytes: plan.units.reduce((sum, unit) => sum + unit.gigabytes, 0),
    obstacles: await buildObstacles(plan, context),
  };
}

/** How long a start with all tools at hand takes on two cores, in seconds. */
const startSeconds = 60;

/** What a start needs and takes, to be read after "It takes". */
export function renderNeeds(
  { seconds, gigabytes }: Omit<Outlook, "obstacles">,
  { cache }: Pick<EmbeddedClusterSettings, "cache">,
): string {
  const minutes = Math.ceil((seconds + startSeconds) / 60);
  const time = `about ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return seconds === 0
    ? `root, two cores, 4 GB of memory and ${time}; its tools are in ${cache} already`
    : `root, two cores, 4 GB of memory and ${time}; its tools are made first, once for all checkouts: about ${Math.round(gigabytes)} GB of disk in ${cache} meanwhile, and with the cluster ${keptGigabytes} GB afterwards`;
}
