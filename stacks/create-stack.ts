import { factsOf } from "../canary/strategies.ts";
import { clientName } from "../components/names.ts";
import { createRightsOnServices } from "./accounts.ts";
import { createApplication } from "./application.ts";
import { inApplication } from "./application-scope.ts";
import { createDelivery, registryUse } from "./cluster-registry.ts";
import type { LoadedConfig, StackApplication } from "./config.ts";
import { findImages } from "./find-images.ts";
import { platformFinder, readOutputs } from "./find-platform.ts";
import { fullStackName } from "./full-stack-name.ts";
import { beginLiveRun, createLiveRun, refuseWithheld } from "./live/create-live-run.ts";
import { type ApplicationOutputs, applicationOutputs, type StackOutputs } from "./outputs.ts";
import { createPlatform } from "./platform.ts";
import { isOwner } from "./platform-parts.ts";

/** What reads signatures is loaded for whoever asks for them. @throws pulumi.RunError where an image is not signed as its policy asks */
async function refuseUnsigned(applications: LoadedConfig["applications"]): Promise<void> {
  const configs = applications.map(({ config }) => config).filter(({ policy }) => policy.signedBy !== undefined);
  if (configs.length > 0) await (await import("./live/signed-images.ts")).refuseUnsigned(configs);
}

/**
 * Makes one platform and the stack's applications on it, or the one application that the update is about.
 *
 * @throws pulumi.RunError where the update is refused: before the first resource
 */
export async function createStack({ config, target, applications, isOfOne }: LoadedConfig): Promise<StackOutputs> {
  const findPlatform = platformFinder(target);
  const [first, ...others] = applications;
  const delivery = findImages([first.config, ...others.map((one) => one.config)], target);
  const begin = ({ service, config: own }: StackApplication) =>
    inApplication(service, async () => {
      const [run, facts] = await Promise.all([beginLiveRun(own, target), findPlatform(own)]);
      await refuseWithheld(run, own, target, facts, registryUse(await delivery));
      return [run, facts] as const;
    });
  const [begun, found, , last] = await Promise.all([
    Promise.all(applications.map(begin)),
    delivery,
    refuseUnsigned(applications),
    isOfOne ? readOutputs(fullStackName()) : undefined,
  ]);
  const runs = applications.map((application, index) => {
    const [run, facts] = begun[index] as (typeof begun)[number];
    const { service, config: own } = application;
    return { application, facts, live: inApplication(service, () => createLiveRun(own, run, facts)) };
  });
  const [{ facts, live }] = runs as [(typeof runs)[number]];
  const platform = createPlatform(config, target, facts, live);
  const images = { delivery: createDelivery(config, platform, live, found), registry: registryUse(found) };
  const made = runs.map(({ application: { service, config: own, applied }, ...run }) => {
    const on = { ...platform, facts: run.facts };
    const application = inApplication(service, () => createApplication(own, on, run.live, applied, images));
    return { service, config: own, facts: run.facts, application };
  });
  if (config.accounts && !isOfOne) {
    const [, ...services] = made.map(({ application, ...one }) => ({ ...one, namespace: application.namespace }));
    createRightsOnServices(config, platform, services, images.registry);
  }
  const { "": stack, ...services } = Object.fromEntries(
    made.map((one): [string, ApplicationOutputs] => [
      one.service ?? "",
      applicationOutputs(one.config, one.application),
    ]),
  );
  const outputs = {
    ...last,
    ...(stack && {
      ...stack,
      app: config.app,
      owner: factsOf(config.strategy).owner,
      gatewayNodePort: facts.ingress?.nodePort ?? null,
      platform: isOwner(config) ? facts : null,
      client: clientName(config.app),
    }),
    services: { ...(last?.services as object), ...services },
  };
  return outputs as StackOutputs; // an update of a service takes those of the stack from the last one
}
