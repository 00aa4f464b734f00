import { strategyNames } from "../canary/strategies.ts";
import type { PlatformPart } from "../cluster/target.ts";
import { notedValues } from "./config/applied-config.ts";
import { servicesIn } from "./config/service-values.ts";
import { neededParts, type PartsConfig } from "./platform-parts.ts";

/** What of a config says which parts there are, from the note on a Namespace; undefined where there is none that can be read. */
export function notedPartsConfig(text: string | undefined): PartsConfig | undefined {
  const values = notedValues(text);
  const strategy = strategyNames.find((name) => name === values?.strategy);
  if (!values || !strategy) return undefined;
  const rollouts = (["cluster", "namespace"] as const).find((scope) => scope === values.rollouts) ?? "auto";
  const { monitoring, gatewayApi, istioCni, platform = "own" } = values; // noted before there was a choice
  const services = servicesIn(values);
  return {
    platform,
    strategy,
    rollouts,
    monitoring: monitoring === "true",
    gatewayApi: gatewayApi === "true",
    istioCni: istioCni === "true",
    services,
  };
}

/** What an application stands on beside the mesh, by the note on its Namespace. */
export function notedParts(text: string | undefined): readonly PlatformPart[] {
  const config = notedPartsConfig(text);
  return config ? neededParts(config) : [];
}
