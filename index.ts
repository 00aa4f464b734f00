import { loadConfig } from "./stacks/config.ts";
import { createStack } from "./stacks/create-stack.ts";

// The SDK maps each stack trace that it takes back to its own sources, which costs a tenth of an update. Node takes the types out of
// ours in place, so that positions are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** What each of them says: see `StackOutputs`. */
export const {
  strategy,
  namespace,
  app,
  owner,
  weights,
  plan,
  images,
  progress,
  gateway,
  gatewayNodePort,
  platform,
  client,
  services,
} = await createStack(loadConfig());
