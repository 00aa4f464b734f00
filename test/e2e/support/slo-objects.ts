import { mustRun } from "./command.ts";
import { kubectl, labShell, namespace } from "./lab.ts";

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** The rules of the objective as the cluster holds them. */
export const liveRules = async (): Promise<{ readonly groups: readonly { readonly rules: readonly Rule[] }[] }> =>
  (await liveObject("prometheusrule", "versioned-echo-slo")).spec as never;

interface Dashboard {
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}

/** The queries of the dashboard in the cluster: of its marks, and of its panels. */
export async function dashboardQueries(): Promise<Readonly<Record<"marks" | "panels", readonly string[]>>> {
  const { data } = await liveObject("configmap", "versioned-echo-slo-dashboard");
  const [json = "{}"] = Object.values(data as Record<string, string>);
  const { annotations, panels }: Dashboard = JSON.parse(json);
  return {
    marks: annotations.list.map(({ expr }) => expr),
    panels: panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  };
}

/** The queries of the objective's analysis in the cluster, with these arguments. */
export async function analysisQueries(
  source: string,
  args: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { spec } = await liveObject("analysistemplate", `versioned-echo-slo-${source}`);
  const { metrics } = spec as {
    readonly metrics: readonly { readonly provider: { readonly prometheus: { readonly query: string } } }[];
  };
  return metrics.map(({ provider }) =>
    Object.entries(args).reduce(
      (text, [name, value]) => text.replaceAll(`{{args.${name}}}`, value),
      provider.prometheus.query,
    ),
  );
}

/** Runs the objective's analysis by itself, as the step of a rollout would. */
export async function startAnalysis(
  name: string,
  source: string,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const template = ["--from", `versioned-echo-slo-${source}`, "--name", name, "-n", namespace];
  const values = Object.entries(args).flatMap(([key, value]) => ["-a", `${key}=${value}`]);
  const env = await labShell();
  await mustRun("kubectl-argo-rollouts", ["create", "analysisrun", ...template, ...values], { env });
}

async function liveObject(kind: string, name: string): Promise<Record<string, object>> {
  return JSON.parse(await kubectl("get", kind, name, "-n", namespace, "-o", "json"));
}
