import { UserError } from "@canary-lab/kit/user-error";
import { isDockerThere } from "./docker.ts";
import { createExistingTarget } from "./existing.ts";
import { planPrograms } from "./fetched-programs.ts";
import { createKindTarget } from "./kind/kind.ts";
import type { ProgramProblem } from "./programs.ts";
import type { PlatformPart, Target, TargetName } from "./target.ts";

/** What a stack asks of the cluster that it runs in. */
export interface TargetRequest {
  readonly kubeContext?: string;
  readonly kubeconfig?: string;
  /** As KUBECONFIG: where the context is looked for, where no file is named. */
  readonly searchPath?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
  /** 30000..32767; only of a stack that installs the ingress gateway. */
  readonly gatewayNodePort?: number;
  /** Whether images are built here, which takes Docker. */
  readonly buildsImages: boolean;
  readonly parts: readonly PlatformPart[];
  /** What the stack adds to a cluster of the user's own, one line each. */
  readonly changes: readonly string[];
}

/** What decides, asked only as far as it must be. */
export interface Machine {
  dockerAnswers(): Promise<boolean>;
  /** What a kind cluster lacks beside Docker, and cannot be fetched. */
  kindProblems(): Promise<readonly ProgramProblem[]>;
  /** Everything that is in the way of the embedded cluster, one line each, with the way out where there is one. */
  embeddedObstacles(request: TargetRequest): Promise<readonly string[]>;
}

interface Choice {
  readonly target: Target;
  /** Why this one, in a sentence for the user. */
  readonly reason: string;
  /** What the user could do to be up sooner. */
  readonly advice?: string;
}

/**
 * Where the lab runs: the cluster that the config names, else the target cluster that an earlier `up` made, else a kind cluster
 * where Docker answers and its programs are there or can be fetched, else the embedded cluster on Linux as root. An override is not checked
 * here: the target cluster itself does that.
 *
 * @param question.request what the stack's own config says, without what a target cluster that is up adds through the environment
 * @throws UserError where no target cluster is possible, with everything that each of them lacks
 */
export async function chooseTarget(
  question: { readonly request: TargetRequest; readonly override?: TargetName; readonly running?: TargetName },
  machine: Machine = thisMachine,
): Promise<Choice> {
  const { request, override, running } = question;
  const choice = async (name: TargetName, reason: string, advice?: string): Promise<Choice> => ({
    target: await createTarget(name, request, reason),
    reason,
    ...(advice !== undefined && { advice }),
  });
  if (override) return choice(override, `--cluster ${override} was given`);
  if (request.kubeContext) return choice("existing", `context ${request.kubeContext} is named`);
  if (running) return choice(running, "the lab is already there");

  // What kind lacks is looked up on the network, and only where Docker answers or nothing else is possible.
  const hasDocker = await machine.dockerAnswers();
  const missing = hasDocker ? await machine.kindProblems() : [];
  if (hasDocker && missing.length === 0) return choice("kind", "no context is configured, and Docker answers");
  const embeddedObstacles = await machine.embeddedObstacles(request);
  if (embeddedObstacles.length === 0) {
    const why = hasDocker ? missing.map(({ problem }) => problem).join(" and ") : "Docker does not answer";
    return choice("embedded", `no context is configured, and ${why}`, hasDocker ? fasterWay(missing) : undefined);
  }
  const toInstall = hasDocker ? missing : await machine.kindProblems();
  const kindObstacles = [...(hasDocker ? [] : ["Docker does not answer"]), ...toInstall.map(({ problem }) => problem)];
  throw noPlace(kindObstacles, embeddedObstacles, hasDocker ? toInstall : []);
}

const nameContext = "name a context of your kubeconfig: npx canaryctl up --context NAME";

const install = (missing: readonly ProgramProblem[]) => `install ${missing.map(({ source }) => source).join("; ")}`;

const fasterWay = (missing: readonly ProgramProblem[]): string =>
  `Docker answers, so a kind cluster would do, and it builds nothing: ${install(missing)}; then run \`npx canaryctl up --cluster kind\``;

function noPlace(
  kind: readonly string[],
  embedded: readonly string[],
  toInstall: readonly ProgramProblem[],
): UserError {
  const lines = [
    "There is no place to run the lab.",
    "existing: kubeContext is not set",
    ...kind.map((obstacle) => `kind: ${obstacle}`),
    ...embedded.map((obstacle) => `embedded: ${obstacle}`),
  ];
  return new UserError(lines.join("\n  - "), {
    allowed:
      "a kubeContext in the stack's config; or Docker, with kind and Pulumi where they cannot be fetched; or Debian on x86-64 as root (see above for what is missing)",
    ...(toInstall.length > 0
      ? { first: install(toInstall), next: "npx canaryctl up" }
      : { first: nameContext, next: "kubectl config get-contexts" }),
  });
}

/** @throws UserError where the request does not name what the target cluster needs */
export function createTarget(name: TargetName, request: TargetRequest, reason: string): Promise<Target> {
  return targets[name](request, reason);
}

const targets: Record<TargetName, (request: TargetRequest, reason: string) => Promise<Target>> = {
  existing: async ({ kubeContext, kubeconfig, searchPath, imageRegistry, buildsImages, changes }, reason) => {
    if (!kubeContext) {
      throw new UserError("--cluster existing needs the name of a context; the current one is never taken.", {
        place: "kubeContext in the stack's config",
        first: nameContext,
        next: "kubectl config get-contexts",
      });
    }
    return createExistingTarget({
      kubeContext,
      reason,
      buildsImages,
      changes,
      ...(kubeconfig && { kubeconfig }),
      ...(searchPath && { searchPath }),
      ...(imageRegistry && { imageRegistry }),
    });
  },
  kind: async ({ gatewayNodePort }, reason) =>
    createKindTarget({ reason, ...(gatewayNodePort !== undefined && { gatewayNodePort }) }),
  embedded: async (_, reason) => {
    const { createEmbeddedTarget } = await import("./embedded.ts");
    return createEmbeddedTarget(reason);
  },
};

const thisMachine: Machine = {
  dockerAnswers: isDockerThere,
  kindProblems: async () => (await planPrograms(["kind", "pulumi"], process.env.PATH)).problems,
  async embeddedObstacles({ parts }) {
    const { embeddedObstacles } = await import("./embedded.ts");
    return embeddedObstacles(parts);
  },
};
