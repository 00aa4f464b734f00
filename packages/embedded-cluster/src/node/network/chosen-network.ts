import { isIPv4 } from "node:net";
import { join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands, EmbeddedClusterSettings } from "../../settings.ts";
import { nodeLayout } from "../layout.ts";
import { readNodeId } from "../machine/owner.ts";
import { addressToNumber, numberToAddress } from "./addresses.ts";
import { contains, overlaps } from "./routes.ts";

/** That of RFC 2544, which is set aside for benchmarks: networks of companies and homes are elsewhere. Some VPN programs use it. */
export const defaultNetwork = "198.18.0.0/15";

/** Networks that nobody has on the internet: those of RFC 1918 and the default. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", defaultNetwork] as const;

/** Prefixes of the widest network, for Kubernetes limits what Services can have, and of the narrowest: 254 pods, and 512 Services. */
const widest = 12;
const narrowest = 22;

/** Networks to propose where the default is taken. */
const alternatives = ["10.200.0.0/15", "172.20.0.0/15", "192.168.128.0/18"] as const;

/** The default or a network to propose that shares no address with those that are taken; undefined where there is none. */
export const freeNetwork = (taken: readonly string[]): string | undefined =>
  [defaultNetwork, ...alternatives].find((network) => !taken.some((other) => overlaps(other, network)));

/** What to run for a cluster in that network. A node cannot move: one that was made is taken down first. */
export const upIn = ({ up, down, upIn: command }: Commands, network: string, isMade: boolean): string =>
  `${isMade ? `${down} && ` : ""}${command?.(network) ?? up}`;

/** Whether there is a node, which holds addresses of its network: in certificates, Services and pods. */
export const isNodeMade = (home: string): boolean => readNodeId(home) !== "";

/** @throws UserError where a cluster cannot have the network */
export function checkNetwork(network: string, told: { readonly place: string; readonly next: string }): void {
  const fault = networkFault(network);
  if (fault === undefined) return;
  throw new UserError(fault, {
    ...told,
    allowed: `an IPv4 network from /${widest} to /${narrowest} in ${privateNetworks.join(", ")}`,
  });
}

function networkFault(network: string): string | undefined {
  const [, address = "", digits] = /^([\d.]+)\/([1-9]\d?)$/.exec(network) ?? [];
  const prefix = Number(digits);
  if (!isIPv4(address) || prefix > 32) return `"${network}" is no IPv4 network.`;
  if (prefix < widest || prefix > narrowest) return `The network ${network} has not the size that a cluster needs.`;
  const size = 2 ** (32 - prefix);
  const first = numberToAddress(Math.floor(addressToNumber(address) / size) * size);
  if (first !== address)
    return `${address} is not the first address of a /${prefix}: that would be ${first}/${prefix}.`;
  if (!privateNetworks.some((wider) => contains(wider, network))) return `The network ${network} is not a private one.`;
  return undefined;
}

const noteFile = (home: string): string => join(nodeLayout(home).state, "network");

/**
 * The network of a cluster: the one that its node was made with, for as long as the node's state is there, and before that the one that
 * the settings name.
 *
 * @throws UserError where the settings name another one than the node has, or one that a cluster cannot have
 */
export function chosenNetwork({ home, network, commands }: EmbeddedClusterSettings): string {
  if (network !== undefined)
    checkNetwork(network, {
      place: "the network of the embedded cluster",
      next: upIn(commands, defaultNetwork, false),
    });
  const made = networkOfNode(home, commands);
  if (made === undefined || network === undefined || made === network) return made ?? network ?? defaultNetwork;
  throw new UserError(`The embedded cluster has the network ${made}, and ${network} is asked for.`, {
    place: home,
    allowed: `${made} until the cluster is taken down`,
    next: upIn(commands, network, true),
  });
}

/** Undefined where there is no node. */
function networkOfNode(home: string, { down }: Commands): string | undefined {
  if (!isNodeMade(home)) return undefined;
  const note = readIfThere(noteFile(home))?.trim();
  if (note === undefined) return defaultNetwork; // made before there was a choice
  checkNetwork(note, { place: noteFile(home), next: down });
  return note;
}

/** Notes what the node is about to be made with. Before the node has its id, so that a killed run leaves no id without a network. */
export const noteNetwork = (home: string, network: string): void => writePrivateFile(noteFile(home), `${network}\n`);
