import type { NodeSpec } from "../node-spec.ts";
import { renderContainerd } from "./containerd.ts";
import { renderControllerManager, renderScheduler } from "./controllers.ts";
import { renderDockerd } from "./dockerd.ts";
import { renderEtcd } from "./etcd.ts";
import { renderApiServer } from "./kube-apiserver.ts";
import { renderKubeProxy } from "./kube-proxy.ts";
import { renderKubelet } from "./kubelet.ts";
import { renderNetworkPolicies } from "./network-policies.ts";
import type { ProcessSpec } from "./process-spec.ts";
import { renderRegistry } from "./registry.ts";

/** Every process of the node. Their order of starting follows from what each names in `after`. */
export const renderProcesses = (spec: NodeSpec): readonly ProcessSpec[] => [
  renderEtcd(spec),
  renderApiServer(spec),
  renderContainerd(spec),
  renderControllerManager(spec),
  renderScheduler(spec),
  renderKubelet(spec),
  renderKubeProxy(spec),
  ...(spec.host.enforcesPolicies ? [renderNetworkPolicies(spec)] : []),
  renderRegistry(spec),
  renderDockerd(spec),
];
