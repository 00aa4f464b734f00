/**
 * The registry that the lab brings into a cluster that has none: one place that images are pushed to, and on each node a mirror of it on
 * the loopback, which container runtimes take for plain HTTP. So a node that comes later has all images, too, and none is configured.
 */
export const clusterRegistry = {
  namespace: "canary-lab-registry",
  /** Of what holds the images: its Deployment, its Service, and the value of its pods' label `app`. */
  name: "registry",
  /** Of the DaemonSet, and of its pods' label `app`. */
  mirror: "registry-mirror",
  /** The ConfigMap in which the digest of each image is noted under the image's id: see {@link noteKey}. */
  notes: "images",
  ports: {
    /** On the pod's own loopback: only who may forward ports of the pod can push. */
    push: 5000,
    /** What the mirrors read. */
    read: 5001,
    /** On the loopback of each node. */
    node: 5101,
  },
} as const;

/** As the nodes name it. */
export const clusterRegistryAddress = `localhost:${clusterRegistry.ports.node}`;

/** Under which the digest of a pushed image is noted. @param id of the builder: `sha256:<hex>` */
export const noteKey = (repository: string, id: string): string => `${repository}.${id.replace(/^sha256:/, "")}`;
