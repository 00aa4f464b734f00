import { virtualServiceName } from "../../components/names.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import type { GlobalOptions, RouteFlags } from "./lab.ts";
import { UsageError } from "./usage-error.ts";

/**
 * A stack has one namespace, one application and one route. A flag that names another one is refused, so that nothing ever moves
 * another stack's traffic by accident. A host may be given by any name that Kubernetes has for it.
 */
export function mustNameThis({ stack, ns, app, vs, host }: GlobalOptions & RouteFlags, config: LabConfig): void {
  const hosts = ["", `.${config.namespace}`, `.${config.namespace}.svc`, `.${config.namespace}.svc.cluster.local`];
  const flags: readonly (readonly [flag: string, given: string | undefined, own: readonly string[]])[] = [
    ["--ns", ns, [config.namespace]],
    ["--app", app, [config.app]],
    ["--vs", vs, [virtualServiceName(config.app)]],
    ["--host", host, hosts.map((suffix) => config.app + suffix)],
  ];
  for (const [flag, given, own] of flags) {
    if (given === undefined || own.includes(given)) continue;
    const services = flag === "--app" ? Object.keys(config.services) : [];
    throw new UsageError(`${flag} is "${given}", which is not what stack ${stack} is about.`, {
      allowed: [...own, ...services].join(", "),
      first: "name the stack that you mean with --stack; to rename what this one is about, use up with the flag",
      next: "npx canaryctl status",
    });
  }
}
