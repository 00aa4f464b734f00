/** A process to run: the file is looked up in PATH, `input` is its standard input. */
export interface Command {
  readonly file: "docker" | "kind";
  readonly args: readonly string[];
  readonly input?: string;
}

export const kindCluster = "canary-lab";
/** The context that kind writes into the kubeconfig for this cluster. */
export const kindContext = `kind-${kindCluster}`;
export const registryContainer = "canary-lab-registry";

/** Images are pushed to this address from the host, and pulled by the same name inside the nodes. */
export const kindRegistry = "localhost:5001";

/** Of the release notes of kind v0.33.0; kind supports an image with the release that built it, by digest. */
export const nodeImage = "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed";
export const kindVersion = "v0.33.0";
const registryImage = "registry:3.0.0";

const docker = (...args: readonly string[]): Command => ({ file: "docker", args });
const kind = (...args: readonly string[]): Command => ({ file: "kind", args });

/** @param gatewayNodePort port of the node at which the ingress gateway answers; the host gets it on loopback only */
export function renderKindConfig(gatewayNodePort: number): string {
  return [
    "kind: Cluster",
    "apiVersion: kind.x-k8s.io/v1alpha4",
    "networking:",
    "  apiServerAddress: 127.0.0.1",
    "nodes:",
    "  - role: control-plane",
    `    image: ${nodeImage}`,
    "    extraPortMappings:",
    `      - containerPort: ${gatewayNodePort}`,
    `        hostPort: ${gatewayNodePort}`,
    "        listenAddress: 127.0.0.1",
    "",
  ].join("\n");
}

export const dockerAnswers = docker("info", "--format", "{{.ServerVersion}}");
export const nodeImageIsHere = docker("image", "inspect", "--format", "{{.Id}}", nodeImage);
/** By the daemon, which knows the user's mirrors and proxies. */
export const pullNodeImage = docker("pull", "--quiet", nodeImage);

export const listClusters = kind("get", "clusters");
export const listNodes = kind("get", "nodes", "--name", kindCluster);
/** With the cluster go its credentials, which only `kubeconfig` has. */
export const deleteCluster = (kubeconfig: string): Command =>
  kind("delete", "cluster", "--name", kindCluster, "--kubeconfig", kubeconfig);

export const createCluster = (kubeconfig: string, gatewayNodePort: number): Command => ({
  ...kind("create", "cluster", "--name", kindCluster, "--kubeconfig", kubeconfig, "--wait", "180s", "--config", "-"),
  input: renderKindConfig(gatewayNodePort),
});

export const exportKubeconfig = (kubeconfig: string): Command =>
  kind("export", "kubeconfig", "--name", kindCluster, "--kubeconfig", kubeconfig);

const inNode = (node: string, ...args: readonly string[]): Command => docker("exec", "-i", node, ...args);
const kubectl = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"];

/** Fails where a creation was killed half-way: such a cluster is listed, but never answers. */
export const clusterIsReady = inNode(`${kindCluster}-control-plane`, ...kubectl, "get", "--raw", "/readyz");

/** The ids of the registry's container, stopped or running; nothing where there is none. */
export const findRegistry = docker("ps", "--all", "--quiet", "--filter", `name=^/?${registryContainer}$`);
export const removeRegistry = docker("rm", "--force", "--volumes", registryContainer);
export const startRegistry = docker("start", registryContainer);
export const registryNetworks = docker(
  "inspect",
  "--format",
  "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
  registryContainer,
);
export const joinRegistry = docker("network", "connect", "kind", registryContainer);

/** On loopback only: whoever can push here decides what the cluster runs. */
export const createRegistry = docker(
  "run",
  "--detach",
  "--restart=unless-stopped",
  "--publish",
  `127.0.0.1:${kindRegistry.split(":")[1]}:5000`,
  "--network",
  "bridge",
  "--name",
  registryContainer,
  registryImage,
);

/** In a node `localhost` is the node itself: containerd is told where the registry really is. */
export function pointNodeAtRegistry(node: string): readonly Command[] {
  const folder = `/etc/containerd/certs.d/${kindRegistry}`;
  return [
    inNode(node, "mkdir", "-p", folder),
    {
      ...inNode(node, "cp", "/dev/stdin", `${folder}/hosts.toml`),
      input: `[host."http://${registryContainer}:5000"]\n`,
    },
  ];
}

/** Where tools look for a cluster's local registry (Kubernetes enhancement 1755). */
export const announceRegistry: Command = {
  ...inNode(`${kindCluster}-control-plane`, ...kubectl, "apply", "-f", "-"),
  input: [
    "apiVersion: v1",
    "kind: ConfigMap",
    "metadata:",
    "  name: local-registry-hosting",
    "  namespace: kube-public",
    "data:",
    "  localRegistryHosting.v1: |",
    `    host: "${kindRegistry}"`,
    '    help: "https://kind.sigs.k8s.io/docs/user/local-registry/"',
    "",
  ].join("\n"),
};
