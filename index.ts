import { factsOf } from "./canary/strategies.ts";
import { clientName } from "./components/names.ts";
import { createApplication } from "./stacks/application.ts";
import { loadConfig } from "./stacks/config.ts";
import { findImages } from "./stacks/find-images.ts";
import { findPlatform } from "./stacks/find-platform.ts";
import { beginLiveRun, createLiveRun } from "./stacks/live/create-live-run.ts";
import { createPlatform } from "./stacks/platform.ts";
import { isOwner } from "./stacks/platform-parts.ts";
import { releasePlan } from "./stacks/release-plan.ts";

// The SDK maps each stack trace that it takes back to its own sources, which costs a tenth of an update. Node takes the types out of
// ours in place, so that positions are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

const { config, target, applied } = loadConfig();
const [begun, facts, delivery] = await Promise.all([
  beginLiveRun(config, target),
  findPlatform(config, target),
  findImages(config, target),
]);
const live = createLiveRun(config, begun, facts);
const application = createApplication(config, createPlatform(config, target, facts, live), live, applied, delivery);

export const strategy = config.strategy;
export const namespace = config.namespace;
export const app = config.app;
/** Who moves the traffic of a release. */
export const owner = factsOf(config.strategy).owner;
/** Shares of the traffic in percent, as they really are; null where a controller moves them or a header decides. */
export const weights = application.canaryShare?.apply((canary) => ({ stable: 100 - canary, canary })) ?? null;
/** The ladder of weights and how long it takes; null where the strategy climbs none. */
export const plan = releasePlan(config) ?? null;
export const images = application.images;
/** Where the Rollout stands; null without one. */
export const progress = application.progress;
/** The host that answers through the gateway or ingress; null where the strategy has none. */
export const gateway = application.gateway ?? null;
/** The port of every node at which the ingress gateway answers; null where it has none. */
export const gatewayNodePort = facts.ingress?.nodePort ?? null;
/** What other stacks have to know that use this one's platform; null where it has none of its own. */
export const platform = isOwner(config) ? facts : null;
/** The Deployment to measure from, inside the mesh. */
export const client = clientName(config.app);
