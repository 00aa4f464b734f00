import { UserError } from "@canary-lab/kit/user-error";
import { ingressClassPath } from "../../cluster/kube/paths.ts";
import type { TargetName } from "../../cluster/target.ts";
import { ingressClassName } from "../../components/nginx-header/render-ingress.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import type { Lab } from "./lab.ts";

const withoutIt = {
  allowed: "every other strategy; gateway-api has the same header match, X-Canary: v2",
  next: "npx canaryctl config set strategy gateway-api && npx canaryctl up",
} as const;

/**
 * Refuses the strategy nginx-header before a cluster is made that cannot have ingress-nginx: the lab does not install it, and nothing would
 * answer.
 *
 * @param isThere whether the cluster was made before, so that somebody can have installed it meanwhile
 */
export function refuseWithoutIngress(
  target: TargetName,
  isThere: boolean,
  { strategy }: Pick<LabConfig, "strategy">,
  file: string,
): void {
  if (strategy !== "nginx-header" || target === "existing" || (target === "kind" && isThere)) return;
  const reason =
    target === "embedded"
      ? "cannot run on the embedded cluster: ingress-nginx is published only as images of a registry, none of which it reaches, and is retired upstream"
      : "needs ingress-nginx, which a new kind cluster does not have, and the lab does not install";
  throw new UserError(`Strategy nginx-header ${reason}.`, { place: `strategy in ${file}`, ...withoutIt });
}

/** What an IngressClass says of who reads it. */
interface IngressClass {
  readonly spec?: { readonly controller?: string };
}

const controller = "k8s.io/ingress-nginx";

/** Refuses the strategy nginx-header in a cluster where no controller would read its Ingresses, or one that does not know its annotations. */
export async function refuseWithoutIngressClass({ cluster, config, environment, stackFile }: Lab): Promise<void> {
  if (config.strategy !== "nginx-header") return;
  const found = await cluster.get<IngressClass>(ingressClassPath(ingressClassName));
  if (found?.spec?.controller === controller) return;
  const what = found
    ? `IngressClass ${ingressClassName} of another controller, ${found.spec?.controller ?? "which it does not name"}`
    : `no IngressClass ${ingressClassName}`;
  throw new UserError(
    `Strategy nginx-header needs ingress-nginx: the cluster of context ${environment.kubeContext} has ${what}.`,
    { place: `strategy in ${stackFile.name}`, ...withoutIt },
  );
}
