import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { dockerVariables, runCommand } from "./docker.ts";
import { fetchPrograms, ownStore, type ProgramStore, planPrograms } from "./fetched-programs.ts";
import { clientOf } from "./kube/client.ts";
import { type ClusterName, findKubeconfig } from "./kubeconfig-file.ts";
import { versionFault } from "./kubernetes-version.ts";
import { pinnedNodeFolder } from "./lab-folder.ts";
import { refuseProblems } from "./programs.ts";
import type { Target } from "./target.ts";

interface ExistingSettings extends ClusterName {
  /** Why this target cluster was taken. */
  readonly reason: string;
  /** As KUBECONFIG: where the context is looked for, where no file is named. */
  readonly searchPath?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
  /** Whether images are built here, which takes Docker. */
  readonly buildsImages: boolean;
  /** What the stack adds to the cluster, one line each. */
  readonly changes: readonly string[];
}

/** Asks a cluster for its version, such as v1.36.4; rejects where it does not answer, or refuses. */
type Ask = (kubeconfig: string, kubeContext: string) => Promise<string>;

/** A user's own cluster, always by the name of its context. Nothing is made or removed outside of what the program deploys. */
export function createExistingTarget(
  settings: ExistingSettings,
  ask: Ask = askVersion,
  store: () => ProgramStore = ownStore,
): Target {
  const { kubeContext, imageRegistry, buildsImages, reason } = settings;

  async function reach(kubeconfig: string, note: (detail: string) => void): Promise<void> {
    let version: string;
    try {
      version = await ask(kubeconfig, kubeContext);
    } catch (error) {
      throw new UserError(`The cluster of context "${kubeContext}" cannot be used: ${innermost(error)}`, {
        place: kubeconfig,
        next: `kubectl --kubeconfig ${quoted(kubeconfig)} --context ${quoted(kubeContext)} version`,
        cause: error,
      });
    }
    note(`Kubernetes ${version}`);
    const fault = await versionFault(version, kubeContext);
    if (fault) throw fault;
  }

  return {
    name: "existing",
    needs: async () =>
      `the cluster of context ${kubeContext}, Pulumi (fetched where PATH has none that works)${buildsImages ? ", Docker" : ""}, and some minutes`,
    footprint: () => settings.changes.map((line) => `in the cluster of context ${kubeContext}: ${line}`),
    async check() {
      findKubeconfig(settings, settings.searchPath);
    },
    async up(progress) {
      const kubeconfig = findKubeconfig(settings, settings.searchPath);
      await progress.stage("existing cluster", (note) => reach(kubeconfig, note));
      // Nothing is made in this target cluster, so the cluster could be asked first: whoever named a wrong one needs no programs for it.
      const needsDocker = buildsImages && !process.env.DOCKER_HOST;
      const plan = await planPrograms(needsDocker ? ["pulumi", "docker"] : ["pulumi"], process.env.PATH, store());
      const missing = refuseProblems(plan.problems);
      if (missing) throw missing;
      await fetchPrograms(plan, progress, store());
      const registry = imageRegistry ? { imageRegistry } : {};
      const path = [...plan.path, pinnedNodeFolder];
      const variables = needsDocker ? await dockerVariables(runCommand) : {};
      return { target: "existing", reason, kubeconfig, kubeContext, ...registry, path, variables };
    },
    down: async () => {},
  };
}

async function askVersion(kubeconfig: string, kubeContext: string): Promise<string> {
  const answer = await clientOf({ kubeconfig, kubeContext }).get<{ readonly gitVersion?: string }>("/version");
  if (answer?.gitVersion === undefined) throw new Error("it does not say its version");
  return answer.gitVersion;
}

/** What really happened: the outer errors of a failed request say no more than that it failed. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermost(error.cause);
}
