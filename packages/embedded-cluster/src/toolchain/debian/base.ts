import { chmodSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BuildContext } from "../build-context.ts";
import { type BuildUnit, keyOf } from "../build-unit.ts";
import { pinned } from "../recipes/versions.ts";
import { run } from "../run.ts";
import { type PackageChoice, unpackPackages } from "./apt.ts";

/** The tar in the unit's folder. */
export const rootfsTar = "rootfs.tar";

/** What images run on: libc and libstdc++ for Envoy and Node, iptables for Istio's init container, a shell for who looks inside. */
const choice: PackageChoice = {
  packages: [
    ...["base-files", "base-passwd", "netbase", "libc-bin", "libstdc++6"],
    ...["iptables", "ca-certificates", "dash", "coreutils"],
  ],
  dependencies: {
    // Asked for by scripts that run when a package is installed: here none does, see finishRoot.
    installed: [
      { name: "mawk", provides: "awk" },
      ...["dpkg", "debconf", "openssl", "libdebconfclient0"].map((name) => ({ name })),
    ],
  },
};

/** The folders that Debian has merged into /usr: they are links before anything is unpacked. */
const merged = ["bin", "sbin", "lib", "lib64"];

/** What an image has no use for: documentation, translations, character sets; and folders that are empty when it starts. */
const unused = [
  ...["doc", "doc-base", "man", "info", "locale", "lintian", "bash-completion"].map((path) => `usr/share/${path}`),
  ...["usr/lib/*/gconv", "var/cache/*", "var/log/*", "dev/*", "proc/*", "sys/*", "run/*", "tmp/*"],
];

/** Links that scripts of the packages would make. Of both kinds of iptables Debian prefers nft. */
const links: Readonly<Record<string, string>> = {
  "var/run": "/run",
  "var/lock": "/run/lock",
  ...Object.fromEntries(
    ["iptables", "ip6tables"].flatMap((name) =>
      ["", "-save", "-restore"].map((verb) => [`usr/sbin/${name}${verb}`, `${name}-nft${verb}`]),
    ),
  ),
};

/** Files that scripts of the packages would copy. */
const copies: Readonly<Record<string, string>> = {
  "etc/passwd": "usr/share/base-passwd/passwd.master",
  "etc/group": "usr/share/base-passwd/group.master",
  "etc/nsswitch.conf": "usr/share/libc-bin/nsswitch.conf",
};

/** Every certificate that Mozilla trusts, in one file: where OpenSSL, Go and Node on Debian look. */
const bundle = { from: "usr/share/ca-certificates/mozilla", to: "etc/ssl/certs/ca-certificates.crt" };

/** The root file system of a small Debian as a build unit: unpacked packages, and what their scripts would have done. */
export function baseUnit(context: BuildContext): BuildUnit {
  return {
    name: "base",
    stage: "make Debian base",
    key: keyOf(pinned.debian, process.arch, JSON.stringify([choice, merged, unused, links, copies, bundle])),
    outputs: [rootfsTar],
    seconds: 5,
    gigabytes: 0.2,
    async make(folder, note) {
      const root = join(folder, "root");
      prepareRoot(root);
      await unpackPackages(choice, root, "base", note, context);
      finishRoot(root);
      const options = { context, log: "base" };
      await run(join(root, "sbin/ldconfig"), ["-r", root], { ...options, purpose: "Listing the base's libraries" });
      dropUnused(root);
      note("packing");
      await run("tar", renderPacking(root, join(folder, rootfsTar)), {
        ...options,
        purpose: "Packing the Debian base",
      });
      rmSync(root, { recursive: true });
    },
  };
}

export function prepareRoot(root: string): void {
  for (const name of merged) {
    makeFolder(root, `usr/${name}`);
    symlinkSync(`usr/${name}`, join(root, name));
  }
}

/** Makes a folder of the root and those above it, with the same mode under any umask. */
function makeFolder(root: string, path: string): void {
  mkdirSync(join(root, path), { recursive: true });
  for (let at = path; ; at = dirname(at)) {
    chmodSync(join(root, at), 0o755);
    if (at === ".") return;
  }
}

function writeText(root: string, path: string, text: string): void {
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), 0o644);
}

/** Does what scripts of the packages would have done. */
export function finishRoot(root: string): void {
  for (const [path, target] of Object.entries(links)) {
    rmSync(join(root, path), { recursive: true, force: true });
    symlinkSync(target, join(root, path));
  }
  for (const [path, source] of Object.entries(copies)) {
    // The only shell of this base is sh.
    writeText(root, path, readFileSync(join(root, source), "utf8").replaceAll("/bin/bash", "/bin/sh"));
  }
  const certificates = readdirSync(join(root, bundle.from)).sort();
  const texts = certificates.map((name) => readFileSync(join(root, bundle.from, name), "utf8").trimEnd());
  writeText(root, bundle.to, `${texts.join("\n")}\n`);
}

export function dropUnused(root: string): void {
  for (const path of unused.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    rmSync(join(root, path), { recursive: true });
  }
}

/** Arguments of `tar` by which equal files become an equal tar. */
export const renderPacking = (root: string, file: string): string[] => [
  ...["--create", "--format=gnu", "--sort=name", "--mtime=@0", "--numeric-owner"],
  ...["--file", file, "--directory", root, "."],
];
