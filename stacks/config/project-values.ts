import * as pulumi from "@pulumi/pulumi";
import { isProviderKey } from "./other-keys.ts";

/** All values in the project's own namespace, unknown keys too, which `pulumi.Config` alone would never show; and the provider's. */
export function projectValues(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(
    ([key]) => key.startsWith(prefix) || isProviderKey(key),
  );
  return Object.fromEntries(own.map(([key, value]) => [isProviderKey(key) ? key : key.slice(prefix.length), value]));
}
