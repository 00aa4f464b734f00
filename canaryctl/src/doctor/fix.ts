import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { deploymentsPath, namespacePath, rolloutPath } from "../../../cluster/kube/paths.ts";
import { fieldManager } from "../../../components/traffic/route-metadata.ts";
import { retryPods } from "../../../stacks/live/retry-pods.ts";
import type { Lab } from "../lab.ts";
import type { Finding, Fix, WorkloadReference } from "./finding.ts";
import { namespaceFacts, otherSidecarLabels, standsOn } from "./objects.ts";

type Say = (line: string) => void;

/** Causes in front of what follows from them: a pod that starts before the label is back has no sidecar either. */
const order: readonly Fix["kind"][] = ["drop-dead-locks", "label-namespace", "retry", "up", "restart"];

/** The fixes of some findings, each once, in the order in which they are made; without `up` where that is for a person. */
export function fixesOf(findings: readonly Finding[]): readonly Fix[] {
  const fixes = new Map(findings.flatMap(({ fix }) => (fix ? [[JSON.stringify(fix), fix] as const] : [])));
  const isUpSafe = !findings.some(({ isForPerson }) => isForPerson);
  return [...fixes.values()]
    .filter(({ kind }) => kind !== "up" || isUpSafe)
    .toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

/**
 * Mends what is safe to mend.
 *
 * @param up the command line of `canaryctl up` for this stack
 * @returns what was done, one line each
 * @throws UserError where a fix fails; those before it are done
 */
export async function applyFixes(
  lab: Lab,
  fixes: readonly Fix[],
  { say, up }: { readonly say: Say; readonly up: readonly [string, ...string[]] },
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const fix of fixes) {
    const line = await applyFix(lab, fix, up);
    say(`fixed: ${line}`);
    done.push(line);
  }
  return done;
}

async function applyFix(lab: Lab, fix: Fix, up: readonly [string, ...string[]]): Promise<string> {
  const { cluster, config, state } = lab;
  const { namespace } = config;
  switch (fix.kind) {
    case "drop-dead-locks": {
      const locks = state?.dropDeadLocks() ?? [];
      return `took away the lock of ${locks.map(({ pid }) => `process ${pid}`).join(", ") || "nobody: it was gone"}`;
    }
    case "label-namespace": {
      const live = await cluster.get<Parameters<typeof namespaceFacts>[0]>(namespacePath(namespace));
      const { sidecarLabels } = standsOn(live && namespaceFacts(live), config).mesh;
      const label = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: sidecarLabels } };
      await cluster.apply(namespacePath(namespace), label, fieldManager);
      const others = otherSidecarLabels(sidecarLabels, live?.metadata.labels ?? {});
      const without = Object.fromEntries(others.map((key) => [key, null]));
      if (others.length > 0) await cluster.patch(namespacePath(namespace), { metadata: { labels: without } });
      return `set ${Object.entries(sidecarLabels).map(([key, value]) => `${key}=${value}`)} on namespace ${namespace}, as ${fieldManager}`;
    }
    case "retry":
      await retryPods(cluster, namespace, fix.replicaSet);
      return `had ReplicaSet ${namespace}/${fix.replicaSet} make its pods again at once`;
    case "restart":
      await restart(lab, fix.workload);
      return `replaced the pods of ${fix.workload.kind} ${namespace}/${fix.workload.name}, one after another`;
    case "up": {
      const [file, ...args] = up;
      const { execa } = await import("execa");
      const { exitCode } = await execa(file, args, { stdio: ["ignore", "ignore", "inherit"], reject: false });
      if (exitCode !== 0) throw new UserError("`canaryctl up` failed, as it says above.", { next: "npx canaryctl up" });
      return "ran canaryctl up";
    }
  }
}

/** How long pods may take to be replaced. */
const replacedSeconds = 120;

interface Replaced {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number | string;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly restartedAt?: string;
  };
}

/** As `kubectl rollout restart` does it, and the Rollouts controller by its own field; waits until the new pods serve. */
async function restart({ cluster, config }: Lab, { kind, name }: WorkloadReference): Promise<void> {
  const { namespace } = config;
  const at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const path = kind === "Deployment" ? deploymentsPath(namespace, name) : rolloutPath(namespace, name);
  await cluster.patch(
    path,
    kind === "Deployment"
      ? { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": at } } } } }
      : { spec: { restartAt: at } },
  );
  const look = async () => isReplaced(await cluster.get<Replaced>(path), kind === "Rollout" ? at : undefined);
  if (await until(look, { seconds: replacedSeconds })) return;
  throw new UserError(`The new pods of ${kind} ${name} are not ready after ${replacedSeconds} s.`, {
    next: `kubectl -n ${namespace} describe pods`,
  });
}

function isReplaced(workload: Replaced | undefined, restartedAt: string | undefined): boolean {
  if (!workload) return false;
  const { metadata, spec, status = {} } = workload;
  const wanted = spec.replicas ?? 1;
  const isWhole = status.availableReplicas === wanted && status.replicas === wanted;
  if (restartedAt !== undefined) return isWhole && status.restartedAt === restartedAt;
  return isWhole && status.updatedReplicas === wanted && status.observedGeneration === metadata.generation;
}
