import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { UserError } from "@canary-lab/kit/user-error";
import { execa, type Options } from "execa";
import { dataFolder } from "./recording.ts";
import { ensureController } from "./rollouts.ts";

export const namespace = "conf";
const image = "lab/echo:1";

/** Where the cases are replayed: an embedded cluster and its tools. */
export interface Place {
  /** The cluster's folder. */
  readonly home: string;
  /** Environment of every command: KUBECONFIG, PATH, DOCKER_HOST, PULUMI_HOME. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder with the charts; Istio's CRDs are in its `base-<version>`. */
  readonly chartMirror: string;
}

export type Run = (program: string, args: readonly string[], options?: Options) => Promise<string>;

/** Runs a program in the place's environment and returns what it printed. Throws UserError with what it said went wrong. */
const runIn =
  ({ environment }: Place): Run =>
  async (program, args, options = {}) => {
    const result = await execa(program, [...args], { ...options, env: environment, reject: false });
    if (!result.failed) return String(result.stdout ?? "");
    throw new UserError(
      `\`${program} ${args.join(" ")}\` failed: ${String(result.stderr ?? "").trim() || result.shortMessage}`,
      {
        first: "bring the cluster up, then repeat",
      },
    );
  };

/** Makes sure of a CRD; true when it was not there before. */
async function ensureDefinition(run: Run, name: string, file: string): Promise<boolean> {
  if (await run("kubectl", ["get", "crd", name, "--ignore-not-found", "-o", "name"])) return false;
  if (!existsSync(file))
    throw new UserError(`the CRD ${name} is missing, and so is the file that defines it`, { place: file });
  await run("kubectl", ["apply", "--server-side", "--filename", file]);
  await run("kubectl", ["wait", "--for=condition=Established", "crd", name, "--timeout=30s"]);
  return true;
}

/** Builds the server that the cases run, and puts it on the node. */
async function ensureImage({ home, environment }: Place, run: Run): Promise<void> {
  const { containerdSocket } = nodeLayout(home);
  const containerd = ["--address", containerdSocket, "--namespace", "k8s.io", "images"];
  if ((await run("ctr", [...containerd, "ls", "--quiet"])).split("\n").includes(`docker.io/${image}`)) return;
  await run("docker", ["build", "--quiet", "--tag", image, join(dataFolder, "echo")]);
  const archive = execa("docker", ["save", image], { env: environment, encoding: "buffer", buffer: false });
  await run("ctr", [...containerd, "import", "-"], { input: archive.stdout });
  await archive;
}

const emptyNamespace = async (run: Run): Promise<void> => {
  await run("kubectl", ["delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s"]);
};

/**
 * Prepares a running cluster for the recorded cases: an empty namespace `conf`, Istio's CRDs, the image lab/echo:1 on the node,
 * and a Rollouts controller where a case needs it. Returns what takes away again what it had to make.
 */
export async function prepareConformance(place: Place, needsRollouts: boolean): Promise<() => Promise<void>> {
  const run = runIn(place);
  await emptyNamespace(run);
  await run("kubectl", ["create", "namespace", namespace]);
  const base = existsSync(place.chartMirror)
    ? readdirSync(place.chartMirror).find((name) => name.startsWith("base-"))
    : undefined;
  const istioDefinitions = join(place.chartMirror, base ?? "base", "files", "crd-all.gen.yaml");
  const madeIstio = await ensureDefinition(run, "virtualservices.networking.istio.io", istioDefinitions);
  const [removeController] = await Promise.all([
    needsRollouts ? ensureController(place.home, run, namespace) : undefined,
    ensureImage(place, run),
  ]);
  return async () => {
    await emptyNamespace(run);
    await removeController?.();
    if (madeIstio) await run("kubectl", ["delete", "--ignore-not-found", "--filename", istioDefinitions]);
  };
}
