import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readIfThere } from "@canary-lab/kit/private-files";
import { labels } from "./kind-commands.ts";

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
export const readContainers = (json: string): readonly Container[] =>
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

/** Which lab a checkout made in Docker: the id is on the registry's container, too. */
export interface Note {
  readonly id: string;
}

export const noteFile = (home: string): string => join(home, "kind.json");

export function readNote(home: string): Note | undefined {
  const text = readIfThere(noteFile(home));
  return text === undefined ? undefined : (JSON.parse(text) as Note);
}

/**
 * Whose the containers are: `ours`; of a `lost` lab, whose folder is gone; of `another` checkout; of `nobody` here, where a cluster has the
 * lab's name and was not made by one; or there are none.
 */
export type Owner = "none" | "ours" | "lost" | "another" | "nobody";

export function ownerOf(lab: KindLab, home: string, host = hostname()): Owner {
  const { registry, nodes, isConnected } = lab;
  if (!registry && nodes.length === 0) return "none";
  // A creation that was killed has its registry and its port; a cluster of somebody else's has neither, or not both.
  const isOfLab = nodes.length === 0 || isConnected || (registry !== undefined && gatewayPort(lab) !== undefined);
  if (!isOfLab) return "nobody";
  const note = readNote(home);
  const id = registry?.labels[labels.id];
  // An older version left no note and no label.
  if (id === undefined) return note || existsSync(join(home, "kubeconfig")) ? "ours" : "lost";
  if (id === note?.id) return "ours";
  const { [labels.home]: theirs = "", [labels.host]: where = "" } = registry?.labels ?? {};
  return where !== host || readNote(theirs)?.id === id ? "another" : "lost";
}
