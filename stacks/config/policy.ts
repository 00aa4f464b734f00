import { strategyNames } from "../../canary/strategies.ts";
import { istioHub } from "../versions.ts";
import { boolean, distinct, image, integer, list, matching, object, oneOf, publicKey, registry } from "./values.ts";

export const policy = object({
  mode: oneOf(["off", "warn", "enforce"])
    .default("off")
    .describe("What becomes of an object that a rule does not let through: nothing, a warning, or it is refused"),
  maxWeight: integer(0, 100)
    .default(100)
    .describe("Percent of the traffic that the canary may get without an approval"),
  approval: object({
    weight: integer(1, 100).describe("Percent of the traffic that the canary may get"),
    reason: matching(/^\S[^\n]{0,199}$/, "a reason of 1 to 200 characters in one line"),
  })
    .optional()
    .describe("Raises maxWeight for as long as it stands"),
  maxRise: integer(1, 100)
    .default(100)
    .describe("Percentage points by which a step of the plan, or a move, may raise the canary's share"),
  strategies: distinct(strategyNames).default([...strategyNames]),
  registries: list(registry, "a list of registries, each host:port or host/path")
    .optional()
    .describe("Registries that images come from; left out: any"),
  digests: boolean.default(false).describe("Whether each image is named by its digest"),
  signedBy: list(publicKey, "a list of public keys in PEM, or the base64 of each")
    .optional()
    .describe(
      "Public keys of which one must have signed each image that is not built here, with cosign; left out: no signature is asked for. The program looks, in previews and updates; admission policies and the policy pack cannot",
    ),
  loadBalancers: boolean.default(false).describe("Whether a Service may be of type LoadBalancer"),
  sidecarImages: list(image, "a list of images without their tags")
    .default([`${istioHub}/proxyv2`])
    .describe("Images of the mesh's containers in the pods, without their tags: no rule looks at these"),
});
