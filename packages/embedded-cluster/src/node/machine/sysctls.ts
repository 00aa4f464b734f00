import { readFileSync, writeFileSync } from "node:fs";

/** Kernel settings as they were before the lab: name to value. */
export type Sysctls = Readonly<Record<string, string>>;

/** What the lab needs; the value of each is put back by `down`. */
const wanted: Sysctls = {
  "net/ipv4/ip_forward": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
};

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

export const sysctlNames: readonly string[] = [...Object.keys(wanted), ...touched];

const file = (name: string): string => `/proc/sys/${name}`;

/** The present values; a setting that this kernel lacks is left out. */
export function readSysctls(names: readonly string[] = sysctlNames): Sysctls {
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

/** Sets those that differ. */
export function writeSysctls(values: Sysctls): void {
  const present = readSysctls(Object.keys(values));
  for (const [name, value] of Object.entries(values)) {
    if (present[name] !== undefined && present[name] !== value) writeFileSync(file(name), value);
  }
}

/** Sets what the lab needs. */
export const applySysctls = (): void => writeSysctls(wanted);
