import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LabError } from "./lab-error.ts";
import type { Environment, World } from "./world.ts";

export interface ExistingSettings {
  /** Why this world was taken. */
  readonly reason: string;
  readonly kubeContext: string;
  /** Path of the kubeconfig file; default: the first of KUBECONFIG, or ~/.kube/config, that holds the context. */
  readonly kubeconfig?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
}

/** What a cluster answers when it is asked for its version. */
export type Ask = (kubeconfig: string, kubeContext: string) => Promise<string>;

/** A user's own cluster, always by the name of its context. Nothing is made or removed outside of what the program deploys. */
export function createExistingWorld(settings: ExistingSettings, ask: Ask = askVersion): World {
  const { kubeContext, imageRegistry, reason } = settings;
  return {
    name: "existing",
    footprint: () => [
      `what the lab deploys into the cluster of context ${kubeContext}; the cluster itself is left alone`,
    ],
    up: (progress) =>
      progress.stage("existing cluster", async (note): Promise<Environment> => {
        const kubeconfig = await findKubeconfig(settings, process.env.KUBECONFIG);
        note(await ask(kubeconfig, kubeContext));
        return {
          world: "existing",
          reason,
          kubeconfig,
          kubeContext,
          ...(imageRegistry && { imageRegistry }),
          path: [],
          variables: {},
        };
      }),
    down: async () => {},
  };
}

/**
 * The file that holds the context.
 *
 * @param searchPath the value of KUBECONFIG
 * @throws LabError that lists the contexts that are there
 */
export async function findKubeconfig(
  { kubeContext, kubeconfig }: Pick<ExistingSettings, "kubeContext" | "kubeconfig">,
  searchPath: string | undefined,
): Promise<string> {
  const candidates = kubeconfig
    ? [kubeconfig]
    : (searchPath?.split(delimiter).filter(Boolean) ?? [join(homedir(), ".kube/config")]);
  const files = candidates.map((file) => resolve(file)).filter((file) => existsSync(file));
  if (files.length === 0) {
    throw new LabError("There is no kubeconfig file.", {
      place: candidates.join(", "),
      allowed: "a file that holds the context, by the key kubeconfig or by KUBECONFIG",
      next: "kubectl config get-contexts",
    });
  }
  const contexts = await Promise.all(files.map(contextsOf));
  const found = files.find((_, index) => contexts[index]?.includes(kubeContext));
  if (found) return found;
  throw new LabError(`There is no context "${kubeContext}".`, {
    place: files.join(", "),
    allowed: contexts.flat().join(", ") || "none, the file holds no context",
    next: "kubectl config get-contexts; pulumi config set kubeContext NAME",
  });
}

async function contextsOf(file: string): Promise<readonly string[]> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new LabError(`The kubeconfig file cannot be read: ${(error as Error).message}`, {
      place: file,
      cause: error,
    });
  }
  return config.getContexts().map(({ name }) => name);
}

/** How long a cluster may take to say who it is, in milliseconds. */
const patienceMilliseconds = 15_000;

/** @throws LabError where the API server does not answer, or refuses */
async function askVersion(kubeconfig: string, kubeContext: string): Promise<string> {
  const { KubeConfig, VersionApi } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(kubeContext);
  const late = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`no answer within ${patienceMilliseconds / 1000} s`)),
      patienceMilliseconds,
    ).unref();
  });
  try {
    const { gitVersion } = await Promise.race([config.makeApiClient(VersionApi).getCode(), late]);
    return `Kubernetes ${gitVersion}`;
  } catch (error) {
    throw new LabError(`The cluster of context "${kubeContext}" cannot be used: ${(error as Error).message}`, {
      place: `${config.getCurrentCluster()?.server ?? "no server"}, from ${kubeconfig}`,
      next: `kubectl --kubeconfig ${kubeconfig} --context ${kubeContext} version`,
      cause: error,
    });
  }
}
