import { cpu, memory } from "./service.ts";
import { integer, list, matching, object, oneOf } from "./values.ts";

const dnsLabel = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const caller = matching(
  new RegExp(`^${dnsLabel}(?:/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$`),
  "a namespace, or a ServiceAccount as NAMESPACE/NAME",
);

export const isolation = object({
  mode: oneOf(["off", "enforce"]).default("off").describe("Whether the application's namespace is kept apart"),
  mutualTls: oneOf(["strict", "permissive"])
    .default("strict")
    .describe("Whether the sidecars take mutual TLS alone, or plain text as well, whose callers nobody can tell apart"),
  callers: list(caller, "a list of namespaces, and of ServiceAccounts as NAMESPACE/NAME")
    .optional()
    .describe("Who may call the service beside the pods of its own namespace and the ingress gateway"),
  quota: object({
    pods: integer(1, 10_000).optional(),
    cpu: cpu.optional(),
    memory: memory.optional(),
  })
    .optional()
    .describe("What the pods of the namespace may ask for together, in place of what a whole release takes"),
});
