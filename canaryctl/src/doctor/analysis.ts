import type { Lab } from "../lab.ts";
import type { AnalysisMessage } from "./facts.ts";

interface Message {
  readonly code?: string;
  readonly level?: string;
  readonly message?: string;
  readonly origin?: string;
}

/** What `istioctl analyze` says of the application's namespace; undefined where it did not come to an end. */
export async function analyze(
  istioctl: string,
  { config, environment }: Pick<Lab, "config" | "environment">,
): Promise<readonly AnalysisMessage[] | undefined> {
  const { kubeconfig, kubeContext } = environment;
  const { execa } = await import("execa");
  const { stdout } = await execa(
    istioctl,
    [
      "analyze",
      "--namespace",
      config.namespace,
      "--output",
      "json",
      "--kubeconfig",
      kubeconfig,
      "--context",
      kubeContext,
    ],
    { reject: false, timeout: 10_000, env: { ...environment.variables } },
  );
  return messagesIn(String(stdout));
}

function messagesIn(json: string): readonly AnalysisMessage[] | undefined {
  try {
    return (JSON.parse(json) as readonly Message[]).map(({ code = "", level = "", message = "", origin = "" }) => ({
      code,
      level,
      message,
      origin,
    }));
  } catch {
    return undefined;
  }
}
