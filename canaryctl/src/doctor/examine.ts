import { UserError } from "@canary-lab/kit/user-error";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { mustBeSameCluster } from "../../../stacks/same-cluster.ts";
import { environmentOf } from "../../../stacks/stack-environment.ts";
import { asDeployed } from "../deployed.ts";
import { configForRollback, type GlobalOptions, type Lab, labOf, type OpenedConfig, openConfig } from "../lab.ts";
import { mustNameThis } from "../named-by-flags.ts";
import { runnable } from "../runnable.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { type Finding, withoutIgnored } from "./finding.ts";
import { applyFixes, fixesOf } from "./fix.ts";
import { gather } from "./gather.ts";
import { type Diagnosis, diagnosisOf, type Thresholds } from "./report.ts";
import { diagnose } from "./table.ts";

export interface DoctorOptions extends GlobalOptions, Thresholds {
  readonly fix?: boolean;
  readonly ignore?: readonly string[];
}

/** Looks at a stack, mends what is safe where that is asked for, and looks again. */
export async function examine(options: DoctorOptions, say: (line: string) => void): Promise<Diagnosis> {
  const { opened, fault } = openWhatIsRight(options);
  const mustBeNamed = (config: LabConfig) => mustNameThis(options, config);
  const environment = environmentOf(opened.stackFile.stack, opened.config);
  const hasEnvironment =
    environment !== undefined &&
    process.env.CANARY_LAB_KUBECONFIG === environment.kubeconfig &&
    process.env.CANARY_LAB_KUBE_CONTEXT === environment.kubeContext;
  const summary = (found: readonly Finding[], config = opened.config, fixed: readonly string[] = []): Diagnosis => {
    mustBeNamed(config);
    const kept = withoutIgnored(found, options.ignore ?? []);
    const printed = kept.map((finding) => ({
      ...finding,
      mend: finding.mend.map((line) => runnable(line, hasEnvironment)),
    }));
    return diagnosisOf({ stackFile: opened.stackFile, config }, printed, options, {
      fixed,
      ignored: found.length - kept.length,
    });
  };
  if (!environment) return summary([notUp]);
  const elsewhere = inAnotherCluster(() => mustBeSameCluster(opened.config, environment, opened.stackFile));
  if (elsewhere) return summary([elsewhere]);

  const lab = await whereItRuns(labOf(opened.stackFile, opened.config, environment), opened);
  mustBeNamed(lab.config);
  const look = async () => diagnose(await gather(lab, fault));
  const found = await look();
  const fixes = options.fix ? fixesOf(withoutIgnored(found, options.ignore ?? [])) : [];
  if (fixes.length === 0) return summary(found, lab.config);
  const up = [process.execPath, process.argv[1] ?? "", "--stack", options.stack, "up"] as const;
  const fixed = await applyFixes(lab, fixes, { say, up });
  return summary(await look(), lab.config, fixed);
}

/**
 * The lab by what was applied, where its file says nothing, or names another namespace than the one where the stack runs: nothing that
 * the file says of that one is there yet. What waits for an update is a finding by itself. Where nothing can be read, the file's.
 */
export async function whereItRuns(lab: Lab, { fileFault }: OpenedConfig): Promise<Lab> {
  try {
    const deployed = await asDeployed(lab);
    const isMoved = (["namespace", "app"] as const).some((key) => deployed.config[key] !== lab.config[key]);
    return fileFault || isMoved ? deployed : lab;
  } catch (error) {
    if (error instanceof UserError) return lab;
    throw error;
  }
}

/** A config that is wrong is a finding like any other; the defaults stand in for what is wrong. */
function openWhatIsRight(options: GlobalOptions): { readonly opened: OpenedConfig; readonly fault?: string } {
  try {
    return { opened: openConfig({ stack: options.stack, ...(options.app !== undefined && { app: options.app }) }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { opened: configForRollback(stackFileOf(options)), fault: error.toPlainText() };
  }
}

function inAnotherCluster(check: () => void): Finding | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const evidence = [error.place, error.allowed].filter((line) => line !== undefined);
    return {
      id: "other-cluster",
      severity: "error",
      what: error.message,
      evidence,
      mend: error.next?.split("\n") ?? [],
    };
  }
}

const notUp: Finding = {
  id: "lab",
  severity: "error",
  what: "The lab is not up.",
  evidence: ["no `up` has noted a cluster in this folder, and neither the config nor the environment names one"],
  mend: ["npx canaryctl up"],
};
