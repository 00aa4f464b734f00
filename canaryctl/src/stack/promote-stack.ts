import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { isSameWay } from "../../../stacks/lab-records.ts";
import { shortened } from "../../../stacks/stack-name.ts";
import { runMove } from "../commands/run-move.ts";
import { asDeployed } from "../deployed.ts";
import { Recording } from "../history/record.ts";
import { readHistory } from "../history/store.ts";
import { imageRegistry } from "../image-delivery.ts";
import { type ConfigChanges, type GlobalOptions, type Lab, openLab } from "../lab.ts";
import { say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { configuredStrategy, openRelease } from "../strategies/table.ts";
import { printFor } from "../this-stack.ts";
import { copyImage } from "./copy-image.ts";
import {
  imageName,
  isAborted,
  isOutOfReach,
  notReady,
  type PromotionSource,
  promotedImage,
  stableOf,
} from "./promotion.ts";
import { type RunningPod, runningImages } from "./running-images.ts";

/** What a promotion reaches the stacks by. */
interface Ways {
  readonly open: (options: Pick<GlobalOptions, "stack" | "app">, changes?: ConfigChanges) => Lab;
  readonly record: (promotion: Parameters<typeof Recording.ofPromotion>[0]) => Pick<Recording, "end">;
  readonly copy: typeof copyImage;
}

const byConfig: Ways = { open: openLab, record: (promotion) => Recording.ofPromotion(promotion), copy: copyImage };

/**
 * Makes the image that has all the traffic of one stack the canary of another: the same digest, and nothing is built for it.
 *
 * @param app which application of both; undefined for the stacks' own
 * @param force why an image is taken that is not ready; undefined where that is refused
 * @returns what was done, for the user
 * @throws UserError where one of the stacks has no such application; where the first one's release is not finished or was given up; as `create-canary` for the second
 */
export async function promoteStack(
  from: string,
  to: string,
  { app, force }: { readonly app?: string | undefined; readonly force?: string | undefined },
  { open, record, copy }: Ways = byConfig,
): Promise<string> {
  const named = app === undefined ? {} : { app };
  printFor(from);
  const source = await asDeployed(open({ stack: from, ...named }));
  const facts = await readSource(source);
  const faults = notReady(facts);
  if (faults.length > 0 && force === undefined) throw refused(facts, to, faults);
  for (const fault of faults) say(`--force: ${fault}.`);
  const image = stableOf(facts.images);
  if (!image?.digest) throw noDigest(facts, source);
  const { digest } = image;
  printFor(to);
  const target = open({ stack: to, ...named });
  const [ofSource, ofTarget] = await Promise.all([imageRegistry(source), imageRegistry(target)]);
  const registries = { from: ofSource, to: ofTarget };
  const promoted = promotedImage({ ...image, digest }, source.config.stableImage, registries);
  const words = ["stack", "promote", from, to, ...(app === undefined ? [] : ["--app", app])];
  const again = ["npx", "canaryctl", ...words, ...(force === undefined ? [] : ["--force", force])]
    .map(quoted)
    .join(" ");
  const known = await alreadyThere(target, promoted.digest, { to, again });
  if (known !== undefined) return known;
  if (!isSameWay(source.environment, target.environment) && isOutOfReach(promoted, registries.to))
    throw outOfReach(promoted.reference, to);
  const lab = open({ stack: to, ...named }, { canaryEnabled: true, canaryImage: promoted.reference });
  const move = await openRelease(lab, say);
  const commit = await commitOf();
  const recording = record({
    stack: to,
    ...named,
    command: words.join(" "),
    ...(force !== undefined && { reason: force }),
    source: { stack: facts.stack, image: image.image, digest, commit },
  });
  if (promoted.copy) {
    say(`Copying ${promoted.copy.from} to ${promoted.copy.to}.`);
    await copy({ ...promoted.copy, next: again }, { from: source.environment, to: target.environment });
  }
  try {
    const done = await runMove(move, (strategy, there) => strategy.createCanary(there, say));
    await recording.end(say);
    return withNext(
      `${imageName(promoted.reference)} of ${placeText(facts)} is the canary of ${placeText({ ...facts, stack: shortened(to) })}, by its digest ${digest}. ${done}`,
    );
  } catch (error) {
    await recording.end(say, error as Error);
    throw error;
  }
}

type ApplicationOf = Pick<PromotionSource, "stack" | "service">;

const placeText = ({ stack, service }: ApplicationOf): string =>
  service === undefined ? `stack ${stack}` : `service ${service} of stack ${stack}`;

/** Commands about a stack, as those about its service. */
const ofService = ({ service }: ApplicationOf, ...commands: readonly string[]): readonly string[] =>
  commands.map((command) =>
    service === undefined
      ? command
      : command.replaceAll(/npx canaryctl --stack \S+/g, (found) => `${found} --app ${service}`),
  );

/** One round of reads. */
async function readSource(lab: Lab): Promise<PromotionSource> {
  const { cluster, config, stackFile } = lab;
  const [release, pods, history] = await Promise.all([
    configuredStrategy(lab).then((strategy) => strategy.read(lab)),
    cluster.get<{ readonly items: readonly RunningPod[] }>(podsPath(config.namespace, { app: config.app })),
    readHistory(cluster, config),
  ]);
  const images = runningImages(release.workloads, pods?.items ?? []);
  return { stack: shortened(stackFile.reference), service: stackFile.service, config, release, images, history };
}

/**
 * What the second stack has of the image already. A pipeline that is run again has no error then.
 *
 * @returns the end of the command where it is the stable side, or the canary and has traffic; undefined where there is something to do
 * @throws UserError where another image has a share of the traffic
 */
async function alreadyThere(
  given: Lab,
  digest: string,
  { to, again }: { readonly to: string; readonly again: string },
): Promise<string | undefined> {
  const target = await asDeployed(given);
  const facts = await readSource(target);
  const { images, release } = facts;
  const place = placeText(facts);
  if (stableOf(images)?.digest === digest)
    return `${digest} is what ${placeText({ ...facts, stack: shortened(to) })} runs already: there is nothing to release.`;
  const share = release.live?.canary ?? 0;
  if (share === 0 || factsOf(target.config.strategy).owner !== "pulumi") return undefined;
  if (images.some((image) => image.role === "canary" && image.digest === digest))
    return withNext(
      `${digest} is the canary of ${place} already, with ${share} % of its traffic.`,
      ...ofService(facts, `npx canaryctl --stack ${quoted(to)} status`),
    );
  throw new UserError(`The canary of ${place} has ${share} % of its traffic, which ${digest} would get untested.`, {
    place: `the release of ${place}`,
    allowed: "the image that is the canary, or any while that has 0 %",
    next: ofService(
      facts,
      `npx canaryctl --stack ${quoted(to)} rollback && ${again}`,
      `npx canaryctl --stack ${quoted(to)} promote --full && ${again}`,
    ),
  });
}

function refused(source: PromotionSource, to: string, faults: readonly string[]): UserError {
  const { config } = source;
  const stack = quoted(source.stack);
  // After an abort the controller finishes nothing.
  const end = isAborted(source)
    ? `npx canaryctl --stack ${stack} rollback`
    : `npx canaryctl --stack ${stack} promote --full`;
  const list = faults.length === 1 ? `: ${faults[0]}` : `:\n  - ${faults.join("\n  - ")}`;
  return new UserError(
    `What runs in ${placeText(source)} is not ready for ${placeText({ ...source, stack: to })}${list}.`,
    {
      place: placeText(source),
      allowed: "a release that is finished and was not given up; or --force with a reason, which the history keeps",
      next: ofService(
        source,
        `npx canaryctl --stack ${stack} status`,
        ...(config.canaryEnabled ? [end] : []),
        `npx canaryctl --stack ${stack} history`,
      ),
    },
  );
}

const noDigest = (from: PromotionSource, { config }: Lab): UserError =>
  new UserError(`Which image has the traffic of ${placeText(from)} is not known by its digest.`, {
    place: `the pods in namespace ${config.namespace}`,
    allowed: "running pods, all of one digest",
    next: ofService(from, `npx canaryctl --stack ${quoted(from.stack)} status`),
  });

const outOfReach = (reference: string, to: string): UserError =>
  new UserError(
    `${reference} is in a registry of this machine, from which the cluster of stack ${shortened(to)} cannot pull.`,
    {
      place: `imageRegistry in ${new StackFile(to).name}`,
      allowed: "host[:port][/path] of a registry that this machine pushes to and that cluster pulls from",
      next: `npx canaryctl --stack ${quoted(to)} config set imageRegistry registry.example/team`,
    },
  );

/** The commit of this checkout: its files say what the stacks are like. Null outside of a repository. */
async function commitOf(): Promise<string | null> {
  const { execa } = await import("execa");
  const { stdout, failed } = await execa("git", ["rev-parse", "HEAD"], { cwd: repositoryRoot, reject: false });
  return failed ? null : stdout.trim();
}
