import type { ClusterName } from "../../../cluster/kubeconfig-file.ts";
import type { ExportedState, ResourceState } from "./pending.ts";

const providerType = "pulumi:providers:kubernetes";

/** The context by which the last update knew the stack's cluster; undefined where nothing is deployed. */
export function contextIn(state: ExportedState | undefined): string | undefined {
  const provider = state?.deployment.resources?.find(({ type }) => type === providerType);
  const context = provider?.inputs?.context;
  return typeof context === "string" ? context : undefined;
}

/**
 * A state whose resources are reached by this kubeconfig and context. Where resources are removed the engine runs no program: it goes by
 * what the last update noted, which may be a path of another machine.
 *
 * @returns undefined where the state says so already
 */
export function reachedBy(state: ExportedState, cluster: Required<ClusterName>): ExportedState | undefined {
  const way = { kubeconfig: cluster.kubeconfig, context: cluster.kubeContext };
  const isOtherWay = ({ type, inputs = {} }: ResourceState) =>
    type === providerType && (inputs.kubeconfig !== way.kubeconfig || inputs.context !== way.context);
  const resources = state.deployment.resources ?? [];
  if (!resources.some(isOtherWay)) return undefined;
  const moved = resources.map((resource) =>
    isOtherWay(resource)
      ? { ...resource, inputs: { ...resource.inputs, ...way }, outputs: { ...resource.outputs, ...way } }
      : resource,
  );
  return { ...state, deployment: { ...state.deployment, resources: moved } };
}
