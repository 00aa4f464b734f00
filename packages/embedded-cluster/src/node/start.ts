import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { makeCgroups } from "./machine/cgroups.ts";
import { ensureNodeId, takeMachine } from "./machine/owner.ts";
import { applySysctls } from "./machine/sysctls.ts";
import { noteNetwork } from "./network/chosen-network.ts";
import { makeNetwork, searchPath } from "./network/network.ts";
import type { NodeSpec } from "./node-spec.ts";
import { applyObjects } from "./objects/cluster-api.ts";
import { renderNodeAccess } from "./objects/node-access.ts";
import { ensurePki } from "./pki/ensure.ts";
import { ensureRegistryAccess } from "./pki/registry-access.ts";
import type { ProcessName } from "./processes/process-spec.ts";
import { renderProcesses } from "./processes/table.ts";
import { bringUp, type StartedProcess } from "./supervision/bring-up.ts";
import { inStartOrder } from "./supervision/start-order.ts";
import type { Supervision } from "./supervision/supervisor.ts";
import { writeUserKubeconfig } from "./user-kubeconfig.ts";

/** A node on its way up. Its promises may be awaited in any order, or not at all. */
export interface StartingNode {
  /** Images can be built, pushed and loaded: containerd, dockerd and the registry are ready. */
  readonly images: Promise<void>;
  /** Everything is ready: the Node says so, and the API server may ask the kubelet for logs and exec. */
  readonly ready: Promise<void>;
}

/**
 * Brings the node to what `spec` says: makes what is missing, starts what is dead, restarts what has changed and leaves the
 * rest alone. Returns once processes begin to start. To be called under the machine's lock.
 *
 * @param say is told what a user should know, such as data that was damaged
 */
export async function startNode(spec: NodeSpec, say: (line: string) => void): Promise<StartingNode> {
  const { layout, addresses, tools, host, commands } = spec;
  const path = searchPath(tools.bin);
  takeMachine(layout.home);
  for (const folder of [layout.state, layout.run, layout.logs, layout.config]) makePrivateFolder(folder);
  noteNetwork(layout.home, addresses.network);
  const nodeId = ensureNodeId(layout.home);
  applySysctls();
  makeCgroups();
  await Promise.all([ensurePki(layout.pki, addresses), makeNetwork(path, addresses, host.enforcesPolicies)]);
  ensureRegistryAccess(layout, addresses);
  writeUserKubeconfig(spec);

  const ready = startProcesses(spec, { layout, commands, nodeId, path, say });
  const access = ready("kube-apiserver").then(() => applyObjects(layout, renderNodeAccess()));
  return {
    images: allOf([ready("containerd"), ready("dockerd"), ready("registry")]),
    ready: allOf([...renderProcesses(spec).map(({ name }) => ready(name)), access]),
  };
}

/** Starts every process as soon as those that it needs are ready; gives the promise of each one's readiness. */
function startProcesses(spec: NodeSpec, supervision: Supervision): (name: ProcessName) => Promise<StartedProcess> {
  const begun = new Map<ProcessName, Promise<StartedProcess>>();
  const ready = (name: ProcessName) => {
    const found = begun.get(name);
    if (found === undefined) throw new Error(`The process ${name} was not started.`);
    return found;
  };
  for (const process of inStartOrder(renderProcesses(spec))) {
    const started = Promise.all(process.after.map(ready)).then((needed) => bringUp(process, needed, supervision));
    begun.set(process.name, started);
  }
  return ready;
}

/** All of them, as one promise that need not be awaited. */
function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  const all = Promise.all(promises).then(() => undefined);
  all.catch(() => undefined); // whoever awaits it sees the error; nobody has to
  return all;
}
