import { quoted } from "@canary-lab/kit/programs";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { chooseTarget } from "../../../cluster/choose.ts";
import type { Target, TargetName } from "../../../cluster/target.ts";
import { readRecords, recordedEnvironment } from "../../../stacks/lab-records.ts";
import { existingPlatform, isOwner } from "../../../stacks/platform-parts.ts";
import { variablesOf, withKnownCluster } from "../../../stacks/stack-environment.ts";
import { refuseWithoutIngress } from "../ingress-controller.ts";
import type { OpenedConfig } from "../lab.ts";
import { servicesOf } from "../services.ts";
import { otherTarget, targetRequest } from "../target-request.ts";
import { announcement } from "./announcement.ts";

/**
 * Chooses the target cluster, looks whether it can do, and says what `up` takes and changes, before the first change.
 *
 * @throws UserError where the stack is elsewhere, or the target cluster cannot do
 */
export async function chooseAndTell(
  { config, stackFile }: OpenedConfig,
  override: TargetName | undefined,
  progress: Progress,
): Promise<Target> {
  const records = readRecords();
  const environment = recordedEnvironment(stackFile.stack, records);
  const recorded = environment?.target;
  const running = recorded ?? records.own?.target;
  const { stack } = stackFile;
  const request = targetRequest(
    withKnownCluster(stack, config, environment, records.own, process.env),
    variablesOf(stack, process.env).KUBECONFIG,
    servicesOf(stackFile).map((one) => one.config),
  );
  const { target, reason, advice } = await chooseTarget({
    request,
    ...(override && { override }),
    ...(running && { running }),
  });
  const other = otherTarget(target.name, recorded, records.own?.target);
  if (other) {
    throw new UserError(
      `The lab is up in the ${other} cluster, and it would now be the ${target.name} one: ${reason}.`,
      {
        next: "npx canaryctl down",
      },
    );
  }
  if (!running && target.name !== "existing" && !isOwner(config)) throw noPlatformYet(config.platform, stackFile.name);
  refuseWithoutIngress(target.name, running !== undefined, config, stackFile.name);
  await target.check(request.parts);
  for (const line of announcement({
    name: target.name,
    reason,
    isThere: records.own?.target === target.name,
    ...(advice && { advice }),
    needs: await target.needs(request.parts),
    footprint: target.footprint(),
  }))
    progress.say(line);
  return target;
}

/** Nothing else can be in a cluster that the lab is still to make. */
export const noPlatformYet = (platform: string, file: string): UserError =>
  platform === existingPlatform
    ? new UserError("The cluster is not there yet, so that there is no platform in it.", {
        place: `platform in ${file}`,
        allowed: "own; or a cluster that is there, by kubeContext",
        next: "npx canaryctl config set platform own && npx canaryctl up",
      })
    : new UserError(`The cluster is not there yet, and its platform is to come from stack ${platform}.`, {
        place: `platform in ${file}`,
        allowed: `own; or stack ${platform} is put up first`,
        next: `npx canaryctl --stack ${quoted(platform)} up`,
      });
