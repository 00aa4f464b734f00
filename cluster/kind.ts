import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import * as commands from "./kind-commands.ts";
import { inLab } from "./lab-folder.ts";
import { refuseProgramProblems, sourceOf } from "./programs.ts";
import type { Environment, Target } from "./target.ts";

/** Runs a command and answers its standard output; rejects with what it wrote to standard error. */
export type Run = (command: commands.Command) => Promise<string>;

export interface KindSettings {
  /** Why this target cluster was taken. */
  readonly reason: string;
  /** 30000..32767. */
  readonly gatewayNodePort: number;
}

/** A one-node cluster in Docker with a registry beside it, as kind documents it; both belong to the lab alone. */
export function createKindTarget(settings: KindSettings, run: Run = runCommand): Target {
  const kubeconfig = inLab("kubeconfig");
  const succeeds = (command: commands.Command) =>
    run(command).then(
      () => true,
      () => false,
    );
  const clusterExists = async () => (await run(commands.listClusters)).split("\n").includes(commands.kindCluster);

  async function ensureRegistry(): Promise<void> {
    const there = (await run(commands.findRegistry)).trim() !== "";
    await run(there ? commands.startRegistry : commands.createRegistry);
  }

  async function ensureNodeImage(): Promise<void> {
    if (await succeeds(commands.nodeImageIsHere)) return;
    try {
      await run(commands.pullNodeImage);
    } catch (error) {
      throw new UserError(`Docker cannot pull kind's node image. ${(error as Error).message}`, {
        place: commands.nodeImage,
        allowed:
          "access of the Docker daemon to Docker Hub, by itself, by a mirror or by a proxy; or, on Linux as root, --cluster embedded",
        next: `docker pull ${commands.nodeImage}`,
        cause: error,
      });
    }
  }

  async function ensureCluster(): Promise<void> {
    if ((await clusterExists()) && !(await succeeds(commands.clusterIsReady)))
      await run(commands.deleteCluster(kubeconfig));
    if (await clusterExists()) await run(commands.exportKubeconfig(kubeconfig));
    else await run(commands.createCluster(kubeconfig, settings.gatewayNodePort));
  }

  async function connect(): Promise<void> {
    const networks = (await run(commands.registryNetworks)).split(/\s+/);
    if (!networks.includes("kind")) await run(commands.joinRegistry);
    for (const node of (await run(commands.listNodes)).split("\n").filter(Boolean)) {
      for (const command of commands.pointNodeAtRegistry(node)) await run(command);
    }
    await run(commands.announceRegistry);
  }

  return {
    name: "kind",
    needs: async () =>
      "Docker, kind and Pulumi on PATH, 4 GB of memory, and some minutes (1 GB of images is pulled once)",
    footprint: () => [
      `Docker container ${commands.kindCluster}-control-plane (a Kubernetes node) and Docker's network "kind"`,
      `Docker container ${commands.registryContainer}, listening on 127.0.0.1:${commands.kindRegistry.split(":")[1]}`,
      `port 127.0.0.1:${settings.gatewayNodePort} for the ingress gateway`,
    ],
    async check() {
      await refuseProgramProblems(["pulumi", "docker", "kind"], process.env.PATH);
      await run(commands.dockerAnswers);
    },
    async up(progress: Progress): Promise<Environment> {
      await progress.stage("node image", ensureNodeImage);
      await progress.stage("local registry", ensureRegistry);
      await progress.stage("kind cluster", ensureCluster);
      await progress.stage("registry for the nodes", connect);
      return {
        target: "kind",
        reason: settings.reason,
        kubeconfig,
        kubeContext: commands.kindContext,
        imageRegistry: commands.kindRegistry,
        path: [],
        variables: {},
      };
    },
    async down(progress: Progress): Promise<void> {
      await progress.stage("kind cluster", async () => void (await run(commands.deleteCluster(kubeconfig))));
      await progress.stage("local registry", async () => {
        if ((await run(commands.findRegistry)).trim() !== "") await run(commands.removeRegistry);
      });
    },
  };
}

/** kind may be set to Podman, and the registry beside it is Docker's. */
const variables = { KIND_EXPERIMENTAL_PROVIDER: "docker" };

/** @throws UserError with what the command said, or where the program is not installed */
async function runCommand({ file, args, input }: commands.Command): Promise<string> {
  const { execa, ExecaError } = await import("execa");
  try {
    return (await execa(file, args, { input: input ?? "", env: variables })).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT") {
      throw new UserError(`${file} is not installed: get ${sourceOf(file)}.`, {
        place: "PATH",
        next: "npx canaryctl up",
        cause: error,
      });
    }
    throw new UserError(`${file} ${args[0]} failed: ${String(error.stderr).trim() || error.shortMessage}`, {
      place: `${file} ${args.join(" ")}`,
      next: file === "kind" ? "kind delete cluster --name canary-lab && npx canaryctl up" : "docker info",
      cause: error,
    });
  }
}
