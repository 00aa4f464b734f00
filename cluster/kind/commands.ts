/** A process to run: the file is looked up in PATH, `input` is its standard input. */
export interface Command {
  readonly file: "docker" | "kind";
  readonly args: readonly string[];
  readonly input?: string;
  /** How long it may take; what changes something takes as long as it takes. */
  readonly seconds?: number;
}

export const kindCluster = "canary-lab";
/** The context that kind writes into the kubeconfig for this cluster. */
export const kindContext = `kind-${kindCluster}`;
export const registryContainer = "canary-lab-registry";

/** The port of the registry on the host, where it is free: the next free one is taken otherwise, and kept with the container. */
export const firstRegistryPort = 5001;

/** Images are pushed to this address from the host, and pulled by the same name inside the nodes. */
export const registryAddress = (port: number): string => `localhost:${port}`;

/** Which lab made a container. The labels of the registry say it, and a comment in the node, for either of them may be gone. */
export interface Mark {
  readonly id: string;
  /** The folder `.lab` of the checkout. */
  readonly home: string;
  readonly host: string;
}

export const labels = { id: "canary-lab.id", home: "canary-lab.home", host: "canary-lab.host" } as const;
const markComment = (mark: Mark): string => `# canary-lab ${JSON.stringify(mark)}`;

/** The marks in the files of a node. */
export const marksIn = (files: string): readonly Mark[] =>
  [...files.matchAll(/# canary-lab (\{[^\n]*\})/g)].map(([, json]) => JSON.parse(json ?? "") as Mark);

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

/** A command that only asks: a daemon on a host that is down, or one that hangs, would be waited for without end. */
const within = (seconds: number, command: Command): Command => ({ ...command, seconds });

export const dockerAnswers = within(10, docker("info", "--format", "{{.ServerVersion}}"));
export const nodeImageIsHere = docker("image", "inspect", "--format", "{{.Id}}", nodeImage);
/** By the daemon, which knows the user's mirrors and proxies. */
export const pullNodeImage = docker("pull", "--quiet", nodeImage);

/** Where the daemon of the current docker context is: the engine's Docker plugin knows no contexts. */
export const dockerHost = docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}");

/** The ids of the cluster's nodes, stopped or running, by the label that kind gives them. */
export const findNodes = within(
  30,
  docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=io.x-k8s.kind.cluster=${kindCluster}`),
);
/** The ids of the registry's container, stopped or running; nothing where there is none. */
export const findRegistry = within(
  30,
  docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `name=^/?${registryContainer}$`),
);
export const inspect = (ids: readonly string[]): Command =>
  within(30, docker("inspect", "--type", "container", ...ids));
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

export const clusterIsReady = within(
  15,
  inNode(`${kindCluster}-control-plane`, ...kubectl, "--request-timeout=5s", "get", "--raw", "/readyz"),
);

/** How a node was told where the registry is, as an archive. A stopped node can be asked, too. */
export const nodeConfig = within(30, docker("cp", `${kindCluster}-control-plane:/etc/containerd/certs.d`, "-"));
/** Whether {@link nodeConfig} failed because the node was told nothing: in the words of Docker before 23, and since. */
export const saysNoConfig = (failure: string): boolean =>
  /No such container:path|Could not find the file/.test(failure);
/** Docker's network in which kind puts its nodes. */
export const network = "kind";
/** The addresses of this machine in it. */
export const networkGateways = within(
  30,
  docker("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}", network),
);
export const joinRegistry = docker("network", "connect", network, registryContainer);

/** On loopback only: whoever can push here decides what the cluster runs. */
export const createRegistry = (port: number, owner: Mark): Command =>
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
export function pointNodeAtRegistry(node: string, address: string, mark: Mark): readonly Command[] {
  const folder = `/etc/containerd/certs.d/${address}`;
  return [
    inNode(node, "mkdir", "-p", folder),
    {
      ...inNode(node, "cp", "/dev/stdin", `${folder}/hosts.toml`),
      input: `[host."http://${registryContainer}:5000"]\n${markComment(mark)}\n`,
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
