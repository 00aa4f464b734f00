import { words } from "../../json.ts";
import { apiVersionOf, isBuiltIn, type KubeObject, kindOf } from "./objects.ts";

/** Options of the provider that make data changeable in place. */
export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

const container = words(`
    args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext
    stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`);
const pod = words(`
    affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork
    hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName
    readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName
    shareProcessNamespace subdomain terminationGracePeriodSeconds volumes`);
const volumeSources = words(`
    awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs
    hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume`);

const inSpec = (fields: readonly string[]): string[] => fields.map((field) => `spec.${field}`);

/** Per kind, the paths whose change needs a new object. `*` stands for any index. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": inSpec([
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ]),
  "batch/Job": inSpec(["completions", "parallelism", "selector", "template"]),
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
  "/PersistentVolume": inSpec(volumeSources),
  "/PersistentVolumeClaim": inSpec(["accessModes", "selector", "storageClassName", "volumeName"]),
  "/Pod": inSpec([...pod, ...container.flatMap((field) => [`containers.*.${field}`, `initContainers.*.${field}`])]),
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
};

const identity = ["metadata.name", "metadata.namespace"];

/** The paths of an object, dotted, whose change replaces it. */
export function replacingPaths(object: KubeObject, isPatch: boolean, mutability: Mutability): readonly string[] {
  const apiVersion = apiVersionOf(object);
  if (isPatch || !isBuiltIn(apiVersion)) return identity;
  const kind = `${apiVersion.includes("/") ? apiVersion.split("/")[0] : ""}/${kindOf(object)}`;
  if (kind === "/Secret") {
    return [...identity, "type", ...(mutability.secrets && object.immutable !== true ? [] : ["stringData", "data"])];
  }
  if (kind === "/ConfigMap") {
    return [...identity, ...(mutability.configMaps && object.immutable !== true ? [] : ["binaryData", "data"])];
  }
  return [...identity, ...(replacing[kind] ?? [])];
}
