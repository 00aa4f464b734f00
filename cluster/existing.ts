import { UserError } from "@canary-lab/kit/user-error";
import { dockerVariables, runCommand } from "./docker.ts";
import { fetchPrograms, ownStore, type ProgramStore, planPrograms } from "./fetched-programs.ts";
import { type ClusterName, findKubeconfig } from "./kubeconfig-file.ts";
import { pinnedNodeFolder } from "./lab-folder.ts";
import { refuseProblems } from "./programs.ts";
import type { Target } from "./target.ts";

export interface ExistingSettings extends ClusterName {
  /** Why this target cluster was taken. */
  readonly reason: string;
  /** As KUBECONFIG: where the context is looked for, where no file is named. */
  readonly searchPath?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
  /** Whether images are built here, which takes Docker. */
  readonly buildsImages: boolean;
}

/** Asks a cluster for its version; rejects where it does not answer, or refuses. */
export type Ask = (kubeconfig: string, kubeContext: string) => Promise<string>;

/** A user's own cluster, always by the name of its context. Nothing is made or removed outside of what the program deploys. */
export function createExistingTarget(
  settings: ExistingSettings,
  ask: Ask = askVersion,
  store: () => ProgramStore = ownStore,
): Target {
  const { kubeContext, imageRegistry, buildsImages, reason } = settings;

  async function reach(kubeconfig: string, note: (detail: string) => void): Promise<void> {
    try {
      note(await ask(kubeconfig, kubeContext));
    } catch (error) {
      throw new UserError(`The cluster of context "${kubeContext}" cannot be used: ${innermost(error)}`, {
        place: kubeconfig,
        next: `kubectl --kubeconfig ${kubeconfig} --context ${kubeContext} version`,
        cause: error,
      });
    }
  }

  return {
    name: "existing",
    needs: async () =>
      `the cluster of context ${kubeContext}, Pulumi (fetched where PATH has none that works)${buildsImages ? ", Docker, a registry that the cluster pulls from" : ""}, and some minutes`,
    footprint: () => [
      `what the lab deploys into the cluster of context ${kubeContext}; the cluster itself is left alone`,
    ],
    async check() {},
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

/** How long a cluster may take to say who it is, in milliseconds. */
const patienceMilliseconds = 15_000;

async function askVersion(kubeconfig: string, kubeContext: string): Promise<string> {
  const { KubeConfig, VersionApi } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(kubeContext);
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error(`no answer within ${patienceMilliseconds / 1000} s`));
    setTimeout(tooLate, patienceMilliseconds).unref();
  });
  const { gitVersion } = await Promise.race([config.makeApiClient(VersionApi).getCode(), late]);
  return `Kubernetes ${gitVersion}`;
}

/** What really happened: the outer errors of a failed request say no more than that it failed. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermost(error.cause);
}
