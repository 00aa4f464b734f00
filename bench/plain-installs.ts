import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../test/e2e/support/command.ts";
import { kubectl, labShell, namespace } from "../test/e2e/support/lab.ts";

/** A Helm release as `helm list -o json` has it. */
interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What stands in the cluster, written down so that helm and kubectl alone can install it again. */
interface Inventory {
  readonly folder: string;
  readonly releases: readonly Release[];
}

const kinds =
  "deployments,services,serviceaccounts,poddisruptionbudgets,destinationrules,virtualservices,gateways.networking.istio.io";

/** The order in which the platform needs them. */
const order = ["istio-base", "istiod", "istio-ingress"];

/** Writes down the releases with their values, and the application's objects. */
export async function takeInventory(): Promise<Inventory> {
  const folder = mkdtempSync(join(tmpdir(), "plain-installs-"));
  const env = await labShell();
  const found: readonly Release[] = JSON.parse((await mustRun("helm", ["list", "-A", "-o", "json"], { env })).stdout);
  const releases = order.flatMap((name) => found.filter((release) => release.name === name));
  for (const { name, namespace: where } of releases) {
    const { stdout } = await mustRun("helm", ["get", "values", name, "-n", where, "-o", "json"], { env });
    writeFileSync(join(folder, `${name}.json`), stdout);
  }
  const namespaces = [...new Set([...releases.map((release) => release.namespace), namespace])];
  writeFileSync(join(folder, "namespaces.json"), await objects("get", "namespaces", ...namespaces));
  writeFileSync(join(folder, "application.json"), await objects("get", kinds, "-n", namespace));
  return { folder, releases };
}

export const dropInventory = ({ folder }: Inventory): void => rmSync(folder, { recursive: true, force: true });

/** Installs it all with helm and kubectl, waiting as the program does; gives the seconds that it took. */
export async function installPlainly({ folder, releases }: Inventory): Promise<number> {
  const env = { ...(await labShell()) };
  const mirror = env.CANARY_LAB_CHART_MIRROR ?? "";
  const began = performance.now();
  await mustRun("kubectl", ["apply", "-f", join(folder, "namespaces.json")], { env });
  for (const { name, namespace: where, chart } of releases) {
    const args = ["install", name, join(mirror, chart), "-n", where, "-f", join(folder, `${name}.json`), "--wait"];
    await mustRun("helm", args, { env, timeoutSeconds: 300 });
  }
  await mustRun("kubectl", ["apply", "-f", join(folder, "application.json")], { env });
  await mustRun("kubectl", ["rollout", "status", "deployment", "-n", namespace, "--timeout=180s"], {
    env,
    timeoutSeconds: 200,
  });
  return (performance.now() - began) / 1000;
}

/** Asks helm and kubectl what they would change of what they have installed, or to change it: there is nothing. Gives the seconds. */
export async function repeatPlainly({ folder, releases }: Inventory, isPreview: boolean): Promise<number> {
  const env = { ...(await labShell()) };
  const mirror = env.CANARY_LAB_CHART_MIRROR ?? "";
  const began = performance.now();
  for (const { name, namespace: where, chart } of releases) {
    const args = ["upgrade", name, join(mirror, chart), "-n", where, "-f", join(folder, `${name}.json`)];
    await mustRun("helm", [...args, ...(isPreview ? ["--dry-run=server"] : ["--wait"])], { env, quiet: true });
  }
  const verb = isPreview ? "diff" : "apply";
  await mustRun("kubectl", [verb, "-f", join(folder, "application.json")], { env });
  return (performance.now() - began) / 1000;
}

/** Removes what {@link installPlainly} made; gives the seconds that it took. */
export async function uninstallPlainly({ folder, releases }: Inventory): Promise<number> {
  const env = await labShell();
  const began = performance.now();
  await mustRun("kubectl", ["delete", "-f", join(folder, "application.json"), "--wait"], { env });
  for (const { name, namespace: where } of [...releases].reverse()) {
    await mustRun("helm", ["uninstall", name, "-n", where, "--wait"], { env, timeoutSeconds: 200 });
  }
  await mustRun("kubectl", ["delete", "-f", join(folder, "namespaces.json"), "--wait"], { env, timeoutSeconds: 200 });
  return (performance.now() - began) / 1000;
}

/** Objects as someone would have written them: without what the cluster itself added. */
async function objects(...query: readonly string[]): Promise<string> {
  const list: { items: (KubernetesObject & Record<string, unknown>)[] } = JSON.parse(
    await kubectl(...query, "-o", "json"),
  );
  const items = list.items
    .filter(({ kind, metadata }) => !(kind === "ServiceAccount" && metadata.name === "default"))
    .map(({ status: _status, spec, ...object }) => ({
      ...object,
      spec: written(spec),
      metadata: writtenMetadata(object.metadata),
    }));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** Addresses are given out anew by another cluster, and a namespace gets its finalizer by itself. */
function written(spec: unknown): unknown {
  const {
    clusterIP: _one,
    clusterIPs: _all,
    finalizers: _finalizers,
    ...rest
  } = (spec ?? {}) as Record<string, unknown>;
  return rest;
}

function writtenMetadata(metadata: KubernetesObject["metadata"]): unknown {
  const {
    name,
    namespace: where,
    labels,
    annotations,
  } = metadata as KubernetesObject["metadata"] & Record<string, unknown>;
  return { name, namespace: where, labels, annotations };
}
