import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { LabConfig } from "../stacks/lab-config.ts";
import { builtImages } from "../stacks/target.ts";
import { createExistingTarget } from "./existing.ts";
import { createKindTarget } from "./kind.ts";
import { dockerAnswers, kindVersion, nodeImageCanBePulled, nodeImageIsHere } from "./kind-commands.ts";
import type { Target, TargetName } from "./target.ts";

/** What decides, asked only as far as it must be. Each answers undefined where all is well, else what is in the way. */
export interface Host {
  readonly kindObstacle: () => Promise<string | undefined>;
  readonly embeddedObstacle: () => string | undefined;
}

export interface Choice {
  readonly target: Target;
  /** Why this one, in a sentence for the user. */
  readonly reason: string;
}

/**
 * Where the lab runs: the cluster that the config names, else the target cluster that an earlier `up` made, else a kind cluster where Docker
 * answers and images can be pulled, else the embedded cluster on Linux as root. An override takes its word and leaves the check to the
 * target cluster itself.
 *
 * @param question.config the stack's own values, without what a target cluster that is up adds through the environment
 * @throws UserError where no target cluster is possible, with what each would need
 */
export async function chooseTarget(
  question: { readonly config: LabConfig; readonly override?: TargetName; readonly running?: TargetName },
  host: Host = thisHost,
): Promise<Choice> {
  const { config, override, running } = question;
  const choice = async (name: TargetName, reason: string): Promise<Choice> => ({
    target: await targets[name](config, reason),
    reason,
  });
  if (override) return choice(override, `--cluster ${override} was given`);
  if (config.kubeContext) return choice("existing", `the stack's config names the context ${config.kubeContext}`);
  if (running) return choice(running, "the lab is already there");

  const kindObstacle = await host.kindObstacle();
  if (!kindObstacle) return choice("kind", "no context is configured, Docker answers, and its node image can be had");
  const embeddedObstacle = host.embeddedObstacle();
  if (!embeddedObstacle) return choice("embedded", `no context is configured, and ${kindObstacle}`);
  throw new UserError(
    [
      "There is no place to run the lab.",
      "existing: kubeContext is not set",
      `kind: ${kindObstacle}`,
      `embedded: ${embeddedObstacle}`,
    ].join("\n  - "),
    {
      allowed:
        "a kubeContext in the stack's config, or Docker with kind, Pulumi and access to kind's registry, or Debian on x86-64 as root",
      next: "pulumi config set kubeContext NAME",
    },
  );
}

const targets: Record<TargetName, (config: LabConfig, reason: string) => Target | Promise<Target>> = {
  existing: (config, reason) => {
    const { kubeContext, kubeconfig, imageRegistry } = config;
    if (!kubeContext) {
      throw new UserError("--cluster existing needs the name of a context; the current one is never taken.", {
        place: "kubeContext in the stack's config",
        next: "kubectl config get-contexts; pulumi config set kubeContext NAME",
      });
    }
    return createExistingTarget({
      kubeContext,
      reason,
      buildsImages: builtImages(config).length > 0,
      ...(kubeconfig && { kubeconfig }),
      ...(imageRegistry && { imageRegistry }),
    });
  },
  kind: ({ gatewayNodePort }, reason) => createKindTarget({ gatewayNodePort, reason }),
  embedded: async (_, reason) => {
    const { createEmbeddedTarget } = await import("./embedded.ts");
    return createEmbeddedTarget(reason);
  },
};

/** How long Docker, or a registry behind it, may take to answer, in milliseconds. */
const probeMilliseconds = 10_000;

const thisHost: Host = {
  async kindObstacle() {
    const { execa } = await import("execa");
    const succeeds = async (file: string, args: readonly string[]) =>
      !(await execa(file, args, { reject: false, timeout: probeMilliseconds })).failed;
    if (!(await succeeds(dockerAnswers.file, dockerAnswers.args))) return "Docker does not answer";
    if (!(await succeeds("kind", ["version"])))
      return `kind is not installed (go install sigs.k8s.io/kind@${kindVersion})`;
    if (!onPath("pulumi", process.env.PATH)) return "pulumi is not on PATH";
    for (const { file, args } of [nodeImageIsHere, nodeImageCanBePulled])
      if (await succeeds(file, args)) return undefined;
    return "Docker cannot pull kind's node image";
  },
  embeddedObstacle() {
    if (process.platform !== "linux" || process.arch !== "x64")
      return `it needs Linux on x86-64, and this is ${process.platform} on ${process.arch}`;
    if (process.getuid?.() !== 0) return "it needs root, for namespaces, mounts and network links (sudo)";
    return undefined;
  },
};
