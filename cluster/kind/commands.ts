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
/** The container that the API server runs in. */
export const controlPlane = `${kindCluster}-control-plane`;

/** Which lab made a cluster. */
export interface Mark {
  readonly id: string;
  /** The folder `.lab` of the checkout. */
  readonly home: string;
  readonly host: string;
}

/** In a node, also of one that is stopped: who made a cluster, once kind has made it. */
export const markFile = "/etc/canary-lab.json";

/** The marks in the files of a node; one that was not written to its end is none. */
export const marksIn = (files: string): readonly Mark[] =>
  [...files.matchAll(/(\{"id":.*\})\n/g)].map(([, json = ""]) => JSON.parse(json) as Mark);

/** Of the release notes of kind v0.33.0; kind supports an image with the release that built it, by digest. */
export const nodeImage = "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed";

const docker = (...args: readonly string[]): Command => ({ file: "docker", args });
const kind = (...args: readonly string[]): Command => ({ file: "kind", args });

/** Ports of this machine's loopback that a cluster is made with. */
export interface ClusterPorts {
  readonly apiServer: number;
  /** 30000..32767, and the same port of the node. */
  readonly gateway: number;
}

export function renderKindConfig({ apiServer, gateway }: ClusterPorts): string {
  return [
    "kind: Cluster",
    "apiVersion: kind.x-k8s.io/v1alpha4",
    "networking:",
    "  apiServerAddress: 127.0.0.1",
    `  apiServerPort: ${apiServer}`,
    "nodes:",
    "  - role: control-plane",
    `    image: ${nodeImage}`,
    "    extraPortMappings:",
    `      - containerPort: ${gateway}`,
    `        hostPort: ${gateway}`,
    "        listenAddress: 127.0.0.1",
    "",
  ].join("\n");
}

/** What Docker publishes of its node: ports of the host by those of the container. */
export const publishedPorts = ({ apiServer, gateway }: ClusterPorts): Readonly<Record<number, number>> => ({
  6443: apiServer,
  [gateway]: gateway,
});

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
export const inspect = (ids: readonly string[]): Command =>
  within(30, docker("inspect", "--type", "container", ...ids));
/** With their volumes: this is what `kind delete cluster` does, and it needs no kind. */
export const remove = (names: readonly string[]): Command => docker("rm", "--force", "--volumes", ...names);
export const start = (name: string): Command => docker("start", name);
export const unpause = (name: string): Command => docker("unpause", name);

export const createCluster = (kubeconfig: string, ports: ClusterPorts): Command => ({
  ...kind("create", "cluster", "--name", kindCluster, "--kubeconfig", kubeconfig, "--wait", "180s", "--config", "-"),
  input: renderKindConfig(ports),
});

export const exportKubeconfig = (kubeconfig: string): Command =>
  kind("export", "kubeconfig", "--name", kindCluster, "--kubeconfig", kubeconfig);

const inNode = (...args: readonly string[]): Command => docker("exec", "-i", controlPlane, ...args);

export const clusterIsReady = within(
  15,
  inNode("kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "--request-timeout=5s", "get", "--raw", "/readyz"),
);

export const writeMark = (mark: Mark): Command => ({
  ...inNode("cp", "/dev/stdin", markFile),
  input: `${JSON.stringify(mark)}\n`,
});

/** A file or a folder of the node as an archive. A stopped node can be asked, too. */
export const readNode = (path: string): Command => within(30, docker("cp", `${controlPlane}:${path}`, "-"));
/** Whether {@link readNode} failed because the node has no such file: in the words of Docker before 23, and since. */
export const saysNoFile = (failure: string): boolean => /No such container:path|Could not find the file/.test(failure);

/** Docker's network in which kind puts its nodes. */
export const network = "kind";
/** The addresses of this machine in it. */
export const networkGateways = within(
  30,
  docker("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}", network),
);
