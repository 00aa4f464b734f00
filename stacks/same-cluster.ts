import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { absoluteKubeconfig } from "../cluster/kubeconfig-file.ts";
import type { Environment } from "../cluster/target.ts";
import type { LabConfig } from "./config/schema.ts";

/**
 * Refuses a config that names another cluster than the one that the last `up` left. The engine goes by the config, canaryctl by
 * what `up` left: each would move the traffic of a different cluster.
 */
export function mustBeSameCluster(
  config: Pick<LabConfig, "kubeContext" | "kubeconfig">,
  environment: Pick<Environment, "kubeContext" | "kubeconfig">,
  { stack, name }: { readonly stack: string; readonly name: string },
): void {
  const { kubeContext = environment.kubeContext, kubeconfig = environment.kubeconfig } = config;
  const wanted = { kubeContext, kubeconfig: absoluteKubeconfig(kubeconfig) };
  for (const key of ["kubeContext", "kubeconfig"] as const) {
    if (wanted[key] === environment[key]) continue;
    throw new UserError(
      `Stack ${stack} is about another cluster than the last \`up\`: its ${key} is "${wanted[key]}".`,
      {
        place: name,
        allowed: `${environment[key]}, as long as the lab is up there`,
        // `up` compares the clusters themselves: it goes on where this is another way to the same one.
        next: [`npx canaryctl config set ${key} ${quoted(environment[key])}`, "npx canaryctl up"],
      },
    );
  }
}
