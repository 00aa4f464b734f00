import { connect } from "@canary-lab/kit/kube/connection";
import { ambientKubeconfig, type Kubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import type { EngineLog } from "../engine.ts";
import { Cluster } from "./api/cluster.ts";
import { messageOf } from "./api/errors.ts";
import { kubeconfigFrom } from "./api/kubeconfig.ts";
import type { Settings } from "./settings.ts";

/** One configured provider: what it was told, and the cluster it reached, or why it did not. */
export interface Session {
  readonly settings: Settings;
  readonly engine: EngineLog;
  readonly cluster: Cluster | undefined;
  /** Why there is no cluster; empty when there is. */
  readonly unreachable: string;
  /** Namespace for objects that name none. */
  readonly namespace: string;
  /** Aborted when the user cancels. */
  readonly cancelled: AbortSignal;
}

const configurationHelp =
  "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per " +
  "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n ";

/** Opens a session. A cluster that cannot be reached is no error yet: only what needs it fails. */
export async function openSession(settings: Settings, engine: EngineLog, cancelled: AbortSignal): Promise<Session> {
  const base = { settings, engine, cancelled };
  let kubeconfig: Kubeconfig;
  try {
    kubeconfig = settings.kubeconfig ? kubeconfigFrom(settings.kubeconfig) : ambientKubeconfig();
  } catch (error) {
    const reason = settings.kubeconfig
      ? `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${messageOf(error)}`
      : configurationHelp + messageOf(error);
    return { ...base, cluster: undefined, unreachable: reason, namespace: settings.namespace || "default" };
  }
  try {
    const selected = selectContext(kubeconfig, settings);
    const namespace = settings.namespace || selected.namespace;
    const cluster = new Cluster(await connect(selected));
    try {
      await Promise.all([cluster.discover(), cluster.schemas.prefetch()]);
      return { ...base, cluster, unreachable: "", namespace };
    } catch (error) {
      return {
        ...base,
        cluster: undefined,
        unreachable: `unable to load schema information from the API server: ${messageOf(error)}`,
        namespace,
      };
    }
  } catch (error) {
    return {
      ...base,
      cluster: undefined,
      unreachable: configurationHelp + messageOf(error),
      namespace: settings.namespace || "default",
    };
  }
}

/** The cluster, or an error that says why there is none. */
export function reachable(session: Session): Cluster {
  if (!session.cluster) throw new Error(`configured Kubernetes cluster is unreachable: ${session.unreachable}`);
  return session.cluster;
}

const leaveBehind =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/**
 * For reading and deleting without a cluster: true when the resource is to be dropped from the state, as the user asked for;
 * throws otherwise.
 */
export async function dropsUnreachable(session: Session, urn: string, failure: string): Promise<boolean> {
  session.engine.warning(urn, `configured Kubernetes cluster is unreachable: ${session.unreachable}`);
  if (!session.settings.deleteUnreachable) throw new Error(`${failure}. ${leaveBehind}`);
  session.engine.info(
    urn,
    "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state",
  );
  return true;
}
