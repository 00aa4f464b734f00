import { isIP } from "node:net";
import { cpu, memory } from "./service.ts";
import { boolean, integer, list, matching, object, oneOf, says } from "./values.ts";

const dnsLabel = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const caller = matching(
  new RegExp(`^${dnsLabel}(?:/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$`),
  "a namespace, or a ServiceAccount as NAMESPACE/NAME",
);

const range = "addresses as CIDR such as 10.0.0.0/8 or fd00::/8";
const cidr = matching(/^[0-9a-fA-F:.]+\/\d{1,3}$/, range).refine((text) => {
  const [address = "", bits] = text.split("/");
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}, says(range));

export const isolation = object({
  mode: oneOf(["off", "enforce"]).default("off").describe("Whether the application's namespace is kept apart"),
  mutualTls: oneOf(["strict", "permissive"])
    .default("strict")
    .describe("Whether the sidecars take mutual TLS alone, or plain text as well, whose callers nobody can tell apart"),
  callers: list(caller, "a list of namespaces, and of ServiceAccounts as NAMESPACE/NAME")
    .optional()
    .describe("Who may call the service beside the pods of its own namespace and the ingress gateway"),
  networkPolicies: boolean
    .default(true)
    .describe(
      "Whether pods get in and out of the namespace only what the lab needs; doctor says whether the cluster keeps to it",
    ),
  egress: list(cidr, "a list of addresses as CIDR")
    .optional()
    .describe(
      "What the service may reach outside of its namespace, such as a database; the sidecars are then open, and only network policies hold",
    ),
  priority: integer(1, 1_000_000_000)
    .optional()
    .describe("Value of a PriorityClass for the service's pods, which are replaced for it; left out: none"),
  quota: object({
    pods: integer(1, 10_000).optional(),
    cpu: cpu.optional(),
    memory: memory.optional(),
  })
    .optional()
    .describe("What the pods of the namespace may ask for together, in place of what a whole release takes"),
});
