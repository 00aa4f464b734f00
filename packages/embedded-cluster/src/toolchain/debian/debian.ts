import { rmSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { execa } from "execa";
import type { BuildContext } from "../build-context.ts";
import { type BuildUnit, keyOf } from "../build-unit.ts";
import { pinned } from "../recipes/versions.ts";
import { unpackPackages } from "./apt.ts";

/** The packages with the cluster's programs, and the libraries of theirs that a minimal Debian lacks. */
const debianPackages = [
  ...["containerd", "runc", "docker.io", "docker-registry", "containernetworking-plugins", "iptables"],
  ...["libmnl0", "libnftnl11", "libip4tc2", "libip6tc2", "libxtables12", "libseccomp2", "libdevmapper1.02.1"],
] as const;

const tables = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);

/** Where the programs lie in the unpacked packages. `iptables` is chosen by what the kernel has, see {@link chooseTables}. */
const programPaths: Readonly<Record<string, string>> = {
  containerd: "usr/bin/containerd",
  "containerd-shim-runc-v2": "usr/bin/containerd-shim-runc-v2",
  ctr: "usr/bin/ctr",
  runc: "usr/sbin/runc",
  dockerd: "usr/sbin/dockerd",
  docker: "usr/bin/docker",
  "docker-proxy": "usr/sbin/docker-proxy",
  registry: "usr/bin/docker-registry",
};

/** CNI plugins in the unpacked packages. They need no library but libc, so no wrapper either. */
export const cniPath = "usr/lib/cni";

/** Programs and libraries that are never started. */
const unused = [
  "usr/bin/dnet",
  "usr/sbin/ovrouter",
  "usr/bin/containerd-shim",
  "usr/bin/containerd-shim-runc-v1",
  "usr/share/doc",
  "usr/share/man",
];

/** The Debian packages as a build unit. Nothing of it is installed: it is unpacked, and run through wrappers. */
export function debianUnit(context: BuildContext): BuildUnit {
  return {
    name: "debian",
    stage: "fetch Debian packages",
    key: keyOf(pinned.debian, process.arch, debianPackages.join(" "), unused.join(" ")),
    outputs: [...Object.values(programPaths), cniPath],
    seconds: 10,
    gigabytes: 0.6,
    async make(folder, note) {
      await unpackPackages({ packages: debianPackages }, folder, "debian", note, context);
      for (const path of unused) rmSync(join(folder, path), { recursive: true });
    },
  };
}

/** Variables with which a program of the unpacked packages finds its libraries and extensions. */
function debianEnvironment(root: string, cpu: string = process.arch): Record<string, string> {
  const triplet = `${cpu === "x64" ? "x86_64" : "aarch64"}-linux-gnu`;
  return {
    LD_LIBRARY_PATH: `${root}/usr/lib/${triplet}:${root}/lib/${triplet}`,
    XTABLES_LIBDIR: `${root}/usr/lib/${triplet}/xtables`,
  };
}

/** A shell script that becomes one of the programs: the process id stays, and so do signals and standard streams. */
export function renderWrapper(root: string, path: string, cpu?: string): string {
  const variables = Object.entries(debianEnvironment(root, cpu)).map(([name, value]) => `${name}=${quoted(value)}`);
  return `#!/bin/sh\nexport ${variables.join(" ")}\nexec ${quoted(join(root, path))} "$@"\n`;
}

/**
 * Which iptables this kernel has: `nft`, as Debian prefers, or `legacy`.
 * Asking does not change a rule.
 */
export async function chooseTables(root: string): Promise<"nft" | "legacy"> {
  const { failed } = await execa(join(root, "usr/sbin/iptables-nft"), ["--table", "nat", "--list-rules"], {
    env: debianEnvironment(root),
    reject: false,
  });
  return failed ? "legacy" : "nft";
}

/** The wrappers by name. */
export function renderWrappers(root: string, backend: "nft" | "legacy"): Record<string, string> {
  const ofTables = tables.map((name) => {
    const [family = "", ...rest] = name.split("-");
    return [name, `usr/sbin/${[family, backend, ...rest].join("-")}`] as const;
  });
  return Object.fromEntries(
    [...Object.entries(programPaths), ...ofTables].map(([name, path]) => [name, renderWrapper(root, path)]),
  );
}
