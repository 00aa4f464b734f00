import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Kernel settings as they were before the lab: name to value. */
export type Sysctls = Readonly<Record<string, string>>;

/** What the lab needs; the value of each is put back by `down`. */
const wanted: Sysctls = {
  "net/ipv4/ip_forward": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
};

/**
 * What the lab needs at least; a larger value of this machine's stays. Each sidecar of Istio takes three instances of inotify, all as one user,
 * and a node has up to 110 pods: by the kernel's default of 128 the proxies of the ninth environment end with "too many open files".
 */
const least: Sysctls = { "fs/inotify/max_user_instances": "1024" };

/** What Kubernetes changes by itself: kube-proxy the first, the kubelet the others. */
const touched = [
  "net/ipv4/conf/all/route_localnet",
  "net/bridge/bridge-nf-call-ip6tables",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

export const sysctlNames: readonly string[] = [...Object.keys(wanted), ...Object.keys(least), ...touched];

/**
 * What the kernel sets by itself whenever net.ipv4.ip_forward changes, in either direction (`inet_forward_change` in its source):
 * a setting of one link that differed from the others would be lost.
 */
export const followsForwarding = /^net\/ipv4\/conf\/(?:[^/]+\/forwarding|all\/accept_redirects)$/;

const file = (name: string): string => `/proc/sys/${name}`;

/** Names of the settings that follow, for the links that are there. */
const followers = (): string[] => [
  ...readdirSync(file("net/ipv4/conf")).map((link) => `net/ipv4/conf/${link}/forwarding`),
  "net/ipv4/conf/all/accept_redirects",
];

/** What is to be noted before anything is set, and put back by `down`: first the settings, then those that follow them. */
export const sysctlsBefore = (): Sysctls => readSysctls([...sysctlNames, ...followers()]);

/** The present values; a setting that this kernel lacks is left out. */
function readSysctls(names: readonly string[]): Sysctls {
  const values: Record<string, string> = {};
  for (const name of names) {
    try {
      values[name] = readFileSync(file(name), "utf8").trim();
    } catch {
      // not in this kernel
    }
  }
  return values;
}

/** Sets those that differ, in their order: one may change another. */
export function writeSysctls(values: Sysctls): void {
  for (const [name, value] of Object.entries(values)) {
    const { [name]: present } = readSysctls([name]);
    if (present !== undefined && present !== value) writeFileSync(file(name), value);
  }
}

/** Of these settings those that are smaller now. */
export const tooSmall = (settings: Sysctls, present: Sysctls): Sysctls =>
  Object.fromEntries(Object.entries(settings).filter(([name, value]) => Number(present[name]) < Number(value)));

/** Sets what the lab needs. */
export const applySysctls = (): void =>
  writeSysctls({ ...wanted, ...tooSmall(least, readSysctls(Object.keys(least))) });
