import type { Run } from "../docker.ts";
import * as commands from "./commands.ts";
import * as former from "./former.ts";

/** A container as far as the lab reads it. */
export interface Container {
  readonly name: string;
  /** Docker's word: `running`, `exited`, `created`, `paused`, … */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the host by those of the container, as they were asked for: a container that is stopped publishes none. */
  readonly ports: Readonly<Record<number, number>>;
}

/** What Docker has of a kind lab. */
export interface KindLab {
  readonly nodes: readonly Container[];
  /** In the node; none in one whose making did not end. */
  readonly marks: readonly commands.Mark[];
  /** Why the node could not be looked into, which says nothing about its marks. */
  readonly unreadable?: string;
  /** Beside the nodes, by an earlier version of the lab. */
  readonly registry?: Container;
}

interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null };
  readonly HostConfig: {
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> | null;
  };
}

/** What `docker inspect` says of containers. */
const readContainers = (json: string): readonly Container[] =>
  (JSON.parse(json) as readonly Inspected[]).map(({ Name, State, Config, HostConfig }) => ({
    name: Name.replace(/^\//, ""),
    status: State.Status,
    labels: Config.Labels ?? {},
    ports: Object.fromEntries(
      Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) => {
        const [, container] = /^(\d+)\/tcp$/.exec(port) ?? [];
        const host = bindings?.[0]?.HostPort;
        return container && host ? [[container, Number(host)]] : [];
      }),
    ),
  }));

export const containersOf = ({ nodes, registry }: KindLab): readonly string[] =>
  [...nodes, ...(registry ? [registry] : [])].map(({ name }) => name);

/** Whether a lab has made the cluster, to its end. */
export const isFinished = ({ marks }: KindLab): boolean => marks.length > 0;

/** Whether a node holds its ports, for a container that is paused has them still. */
export const holdsPorts = ({ nodes }: KindLab): boolean =>
  nodes.some(({ status }) => status === "running" || status === "paused");

/** The port at which the gateway of a cluster is published; undefined where there is no cluster, or nothing is published. */
export function gatewayPort({ nodes }: KindLab): number | undefined {
  const published = nodes.flatMap(({ ports }) => Object.entries(ports));
  const [, host] = published.find(([container]) => Number(container) >= 30000 && Number(container) <= 32767) ?? [];
  return host;
}

export async function lookUp(run: Run): Promise<KindLab> {
  const found = await Promise.all([run(commands.findNodes), run(former.findRegistry)]);
  const [nodes = [], [registry] = []] = await Promise.all(found.map((ids) => inspect(run, ids)));
  const marks = nodes.length > 0 ? await lookIntoNode(run, registry !== undefined) : { marks: [] };
  return { nodes, ...marks, ...(registry && { registry }) };
}

async function inspect(run: Run, found: string): Promise<readonly Container[]> {
  const ids = found.split("\n").filter(Boolean);
  return ids.length === 0 ? [] : readContainers(await run(commands.inspect(ids)));
}

async function lookIntoNode(run: Run, isFormer: boolean): Promise<Pick<KindLab, "marks" | "unreadable">> {
  try {
    const places = [commands.markFile, ...(isFormer ? [former.registryFolder] : [])];
    return { marks: (await Promise.all(places.map((place) => marksIn(run, place)))).flat() };
  } catch (error) {
    return { marks: [], unreadable: (error as Error).message };
  }
}

async function marksIn(run: Run, place: string): Promise<readonly commands.Mark[]> {
  try {
    return commands.marksIn(await run(commands.readNode(place)));
  } catch (error) {
    if (commands.saysNoFile((error as Error).message)) return [];
    throw error;
  }
}
