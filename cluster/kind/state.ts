import type { Run } from "../docker.ts";
import * as commands from "./commands.ts";

/** A container as far as the lab reads it. */
export interface Container {
  readonly name: string;
  /** Docker's word: `running`, `exited`, `created`, `paused`, … */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  /** Ports of the host by those of the container, as they were asked for: a container that is stopped publishes none. */
  readonly ports: Readonly<Record<number, number>>;
}

/** What Docker has under the names of a kind lab. */
export interface KindLab {
  readonly registry: Container | undefined;
  readonly nodes: readonly Container[];
  /** Whether the node was told where the registry is, which is the last step of making a cluster. */
  readonly isConnected: boolean;
  /** Why the node could not be looked into, which says nothing about whether it was told. */
  readonly unreadable?: string;
  /** Of the node. */
  readonly marks: readonly commands.Mark[];
}

interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null };
  readonly HostConfig: {
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> | null;
  };
  readonly NetworkSettings: { readonly Networks?: Readonly<Record<string, unknown>> | null };
}

/** What `docker inspect` says of containers. */
const readContainers = (json: string): readonly Container[] =>
  (JSON.parse(json) as readonly Inspected[]).map(({ Name, State, Config, HostConfig, NetworkSettings }) => ({
    name: Name.replace(/^\//, ""),
    status: State.Status,
    labels: Config.Labels ?? {},
    networks: Object.keys(NetworkSettings.Networks ?? {}),
    ports: Object.fromEntries(
      Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) => {
        const [, container] = /^(\d+)\/tcp$/.exec(port) ?? [];
        const host = bindings?.[0]?.HostPort;
        return container && host ? [[container, Number(host)]] : [];
      }),
    ),
  }));

/** The port of the registry on the host. */
export const registryPort = (registry: Container): number | undefined => registry.ports[5000];

/** The port at which the gateway of a cluster is published; undefined where there is no cluster, or nothing is published. */
export function gatewayPort({ nodes }: KindLab): number | undefined {
  const published = nodes.flatMap(({ ports }) => Object.entries(ports));
  const [, host] = published.find(([container]) => Number(container) >= 30000 && Number(container) <= 32767) ?? [];
  return host;
}

/** What Docker has of a kind lab. */
export async function lookUp(run: Run): Promise<KindLab> {
  const found = await Promise.all([run(commands.findNodes), run(commands.findRegistry)]);
  const ids = found.flatMap((text) => text.split("\n").filter(Boolean));
  const containers = ids.length === 0 ? [] : readContainers(await run(commands.inspect(ids)));
  const registry = containers.find(({ name }) => name === commands.registryContainer);
  const nodes = containers.filter((container) => container !== registry);
  return { registry, nodes, ...(nodes.length > 0 ? await lookIntoNode(run) : emptyNode) };
}

const emptyNode = { isConnected: false, marks: [] } as const;

async function lookIntoNode(run: Run): Promise<Pick<KindLab, "isConnected" | "unreadable" | "marks">> {
  try {
    const files = await run(commands.nodeConfig);
    return { isConnected: files.includes(commands.registryContainer), marks: commands.marksIn(files) };
  } catch (error) {
    const { message } = error as Error;
    return commands.saysNoConfig(message) ? emptyNode : { ...emptyNode, unreadable: message };
  }
}
