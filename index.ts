import { splitOf } from "./canary/weight.ts";
import { clientName, gatewayHost } from "./components/names.ts";
import { createApplication } from "./stacks/application.ts";
import { loadConfig } from "./stacks/config.ts";
import { createPlatform } from "./stacks/platform.ts";

const { config, target } = loadConfig();
const platform = createPlatform(config, target);
const application = createApplication(config, platform);

export const strategy = config.strategy;
export const namespace = config.namespace;
export const app = config.app;
/** Shares of the traffic in percent. */
export const weights = splitOf(config.canaryWeight);
export const images = application.images;
/** The gateway answers requests for `host` at `nodePort` of every node. */
export const gateway = { host: gatewayHost(config.app, config.namespace), nodePort: config.gatewayNodePort };
/** The Deployment to measure from, inside the mesh. */
export const client = clientName(config.app);
