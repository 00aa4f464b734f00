import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import { renderEmbeddedKubeconfig } from "./kubeconfig.ts";
import type { NodeLayout } from "./layout.ts";
import { makeCgroups } from "./machine/cgroups.ts";
import { takeMachine } from "./machine/owner.ts";
import { applySysctls } from "./machine/sysctls.ts";
import { apiServerUrl } from "./network/addresses.ts";
import { makeNetwork, searchPath } from "./network/network.ts";
import type { NodeSpec } from "./node-spec.ts";
import { applyObjects } from "./objects/cluster-api.ts";
import { renderKubeletAccess } from "./objects/kubelet-access.ts";
import { ensurePki } from "./pki/ensure.ts";
import { authorityFile, pemFile } from "./pki/files.ts";
import { ensureRegistryAccess } from "./pki/registry-access.ts";
import type { ProcessName } from "./processes/process-spec.ts";
import { renderProcesses } from "./processes/table.ts";
import { awaitReady } from "./supervision/readiness.ts";
import { ensureProcess } from "./supervision/supervisor.ts";

/** A node on its way up. Its promises may be awaited in any order, or not at all. */
export interface StartingNode {
  /** Images can be built, pushed and loaded: containerd, dockerd and the registry are ready. */
  readonly images: Promise<void>;
  /** Everything is ready: the Node says so, and the API server may ask the kubelet for logs and exec. */
  readonly ready: Promise<void>;
}

/**
 * Brings the node to what `spec` says: makes what is missing, starts what is dead, restarts what has changed and leaves the
 * rest alone. Returns once processes begin to start.
 */
export async function startNode(spec: NodeSpec): Promise<StartingNode> {
  const { layout, tools } = spec;
  const path = searchPath(tools.bin);
  takeMachine(layout.lab);
  for (const folder of [layout.state, layout.run, layout.logs, layout.config]) makePrivateFolder(folder);
  applySysctls();
  makeCgroups();
  await Promise.all([ensurePki(layout.pki), makeNetwork(path)]);
  ensureRegistryAccess(layout);
  writeUserKubeconfig(layout);

  const ready = new Map<ProcessName, Promise<void>>();
  for (const process of renderProcesses(spec)) {
    const start = async () => {
      await Promise.all(process.after.map((name) => ready.get(name)));
      await awaitReady(await ensureProcess(process, layout, path), layout);
    };
    ready.set(process.name, start());
  }
  const access = (async () => {
    await ready.get("kube-apiserver");
    await applyObjects(layout, renderKubeletAccess());
  })();
  const images = allOf(["containerd", "dockerd", "registry"].map((name) => ready.get(name as ProcessName)));
  const all = allOf([...ready.values(), access]);
  return { images, ready: all };
}

/** All of them, as one promise that need not be awaited. */
function allOf(promises: readonly (Promise<void> | undefined)[]): Promise<void> {
  const all = Promise.all(promises).then(() => undefined);
  all.catch(() => undefined); // whoever awaits it sees the error; nobody has to
  return all;
}

/** The kubeconfig of the user: the cluster's administrator. */
function writeUserKubeconfig(layout: NodeLayout): void {
  const pem = readFileSync(pemFile(layout.pki, "admin"), "utf8");
  const kubeconfig = renderEmbeddedKubeconfig({
    server: apiServerUrl,
    user: "canary-lab-admin",
    authority: readFileSync(authorityFile(layout.pki, "ca"), "utf8"),
    certificate: new X509Certificate(pem).toString(),
    privateKey: createPrivateKey(pem).export({ format: "pem", type: "pkcs8" }).toString(),
  });
  writePrivateFile(layout.kubeconfig, kubeconfig);
}
