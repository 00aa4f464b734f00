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

/** The port of the registry on the host, where it is free: the next free one is taken otherwise, and kept with the container. */
export const firstRegistryPort = 5001;

/** Images are pushed to this address from the host, and pulled by the same name inside the nodes. */
export const registryAddress = (port: number): string => `localhost:${port}`;

/** Labels of the registry's container, by which a lab is known again. */
export const labels = { id: "canary-lab.id", home: "canary-lab.home", host: "canary-lab.host" } as const;

/** Of the release notes of kind v0.33.0; kind supports an image with the release that built it, by digest. */
export const nodeImage = "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed";
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

/** Where the daemon of the current docker context is: the engine's Docker plugin knows no contexts. */
export const dockerHost = docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}");

/** The ids of the cluster's nodes, stopped or running, by the label that kind gives them. */
export const findNodes = docker(
  "ps",
  "--all",
  "--quiet",
  "--no-trunc",
  "--filter",
  `label=io.x-k8s.kind.cluster=${kindCluster}`,
);
/** The ids of the registry's container, stopped or running; nothing where there is none. */
export const findRegistry = docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `name=^/?${registryContainer}$`);
export const inspect = (ids: readonly string[]): Command => docker("inspect", "--type", "container", ...ids);
/** With their volumes: this is what `kind delete cluster` does, and it needs no kind. */
export const remove = (names: readonly string[]): Command => docker("rm", "--force", "--volumes", ...names);
/** The images that were built for a registry, by their names: once it is gone, they are of no use. */
export const imagesOf = (address: string): Command =>
  docker("image", "ls", "--filter", `reference=${address}/*`, "--format", "{{.Repository}}:{{.Tag}}");
/** Takes the names away; a layer that another image has stays. */
export const removeImages = (names: readonly string[]): Command => docker("image", "rm", ...names);
export const start = (name: string): Command => docker("start", name);
export const unpause = (name: string): Command => docker("unpause", name);

export const createCluster = (kubeconfig: string, gatewayNodePort: number): Command => ({
  ...kind("create", "cluster", "--name", kindCluster, "--kubeconfig", kubeconfig, "--wait", "180s", "--config", "-"),
  input: renderKindConfig(gatewayNodePort),
});

export const exportKubeconfig = (kubeconfig: string): Command =>
  kind("export", "kubeconfig", "--name", kindCluster, "--kubeconfig", kubeconfig);

const inNode = (node: string, ...args: readonly string[]): Command => docker("exec", "-i", node, ...args);
const kubectl = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"];

export const clusterIsReady = inNode(`${kindCluster}-control-plane`, ...kubectl, "get", "--raw", "/readyz");

/** How a node was told where the registry is, as an archive; fails where it was not. A stopped node can be asked, too. */
export const nodeConfig = docker("cp", `${kindCluster}-control-plane:/etc/containerd/certs.d`, "-");
export const joinRegistry = docker("network", "connect", "kind", registryContainer);

/** On loopback only: whoever can push here decides what the cluster runs. */
export const createRegistry = (port: number, owner: { readonly [Name in keyof typeof labels]: string }): Command =>
  docker(
    "run",
    "--detach",
    "--restart=unless-stopped",
    "--publish",
    `127.0.0.1:${port}:5000`,
    "--network",
    "bridge",
    ...Object.entries(labels).flatMap(([name, label]) => ["--label", `${label}=${owner[name as keyof typeof labels]}`]),
    "--name",
    registryContainer,
    registryImage,
  );

/** In a node `localhost` is the node itself: containerd is told where the registry really is. */
export function pointNodeAtRegistry(node: string, address: string): readonly Command[] {
  const folder = `/etc/containerd/certs.d/${address}`;
  return [
    inNode(node, "mkdir", "-p", folder),
    {
      ...inNode(node, "cp", "/dev/stdin", `${folder}/hosts.toml`),
      input: `[host."http://${registryContainer}:5000"]\n`,
    },
  ];
}

/** Where tools look for a cluster's local registry (Kubernetes enhancement 1755). */
export const announceRegistry = (address: string): Command => ({
  ...inNode(`${kindCluster}-control-plane`, ...kubectl, "apply", "-f", "-"),
  input: [
    "apiVersion: v1",
    "kind: ConfigMap",
    "metadata:",
    "  name: local-registry-hosting",
    "  namespace: kube-public",
    "data:",
    "  localRegistryHosting.v1: |",
    `    host: "${address}"`,
    '    help: "https://kind.sigs.k8s.io/docs/user/local-registry/"',
    "",
  ].join("\n"),
});
