import { kubectl } from "./lab.ts";
import { type Manifest, manifestsOf } from "./manifests.ts";
import { apply, controllerFaults, istioFindings, rolloutFaults, serverFaults } from "./validators.ts";
import { variations } from "./variations.ts";

/** Objects are tried in these; nothing runs there. Each takes one stack after the other, side by side. */
export const scratchNamespaces: readonly string[] = [1, 2, 3, 4].map((number) => `try-manifests-${number}`);

/** A stack whose objects are tried, and what is found to be wrong with them. */
export interface Tried {
  readonly strategy: string;
  readonly title: string;
  readonly manifests: readonly Manifest[];
  readonly faults: Readonly<Record<Check, readonly string[]>>;
}

type Check = "server" | "istio" | "lint" | "controller";

/** Pods of both versions for subsets and Services to select. No scheduler has this name, so they never run. */
const podsIn = (namespace: string): readonly Manifest[] =>
  ["v1", "v2"].map((version) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: version, namespace, labels: { app: "versioned-echo", version } },
    spec: { schedulerName: "nobody", containers: [{ name: "echo", image: "versioned-echo:v1" }] },
  }));

/** Makes the namespaces in which stacks are tried. */
export async function makeScratch(): Promise<void> {
  const labels = { "istio-injection": "enabled" };
  await apply(
    scratchNamespaces.map((name): Manifest & { metadata: object } => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels } as Manifest["metadata"],
    })),
  );
  await apply(scratchNamespaces.flatMap(podsIn));
}

export const removeScratch = (): Promise<string> =>
  kubectl("delete", "namespace", ...scratchNamespaces, "--ignore-not-found", "--wait=false");

/** Has every variation of every strategy looked at by the API server, Istio and the controller of Rollouts. */
export async function tryVariations(): Promise<readonly Tried[]> {
  const stacks: Stack[] = [];
  for (const [strategy, values] of Object.entries(variations))
    for (const [title, config] of Object.entries(values)) {
      const namespace = scratchNamespaces[stacks.length % scratchNamespaces.length] ?? "";
      const manifests = await manifestsOf({ ...config, strategy, namespace });
      stacks.push({ strategy, title, namespace, manifests });
    }
  const server = await serverFaultsOf(stacks);
  const analyzed = new Map<string, Promise<readonly string[]>>();
  const tried = new Map<Stack, Tried>();
  const work = scratchNamespaces.map(async (scratch) => {
    for (const stack of stacks.filter(({ namespace }) => namespace === scratch)) {
      const { strategy, title, manifests } = stack;
      await apply(manifests.filter(({ kind, metadata }) => kind === "Service" && metadata.namespace === scratch));
      const [istio, lint] = await Promise.all([findingsOf(stack, analyzed), rolloutFaults(manifests)]);
      const controller = await controllerFaults(manifests);
      tried.set(stack, {
        strategy,
        title,
        manifests,
        faults: { server: server.get(stack) ?? [], istio, lint, controller },
      });
    }
  });
  await Promise.all(work);
  return stacks.flatMap((stack) => tried.get(stack) ?? []);
}

interface Stack {
  readonly strategy: string;
  readonly title: string;
  readonly namespace: string;
  readonly manifests: readonly Manifest[];
}

/** One dry run for all; where it says anything, one for each, to know which is meant. */
async function serverFaultsOf(stacks: readonly Stack[]): Promise<ReadonlyMap<Stack, readonly string[]>> {
  const faults = new Map<Stack, readonly string[]>();
  const all = await serverFaults(stacks.flatMap(({ manifests }) => manifests));
  if (all.length === 0) return faults;
  for (const stack of stacks) faults.set(stack, await serverFaults(stack.manifests));
  if ([...faults.values()].every(({ length }) => length === 0))
    throw new Error(`Together the stacks are refused, and none of them alone:\n${all.join("\n")}`);
  return faults;
}

/** What Istio reads: many stacks differ in other objects only, and are analyzed once. */
const isForIstio = ({ apiVersion, kind }: Manifest): boolean => /istio|gateway/.test(apiVersion) || kind === "Service";

function findingsOf(
  { namespace, manifests }: Stack,
  analyzed: Map<string, Promise<readonly string[]>>,
): Promise<readonly string[]> {
  const key = JSON.stringify(manifests.filter(isForIstio)).replaceAll(namespace, "");
  const findings = analyzed.get(key) ?? istioFindings(namespace, manifests);
  analyzed.set(key, findings);
  return findings;
}
