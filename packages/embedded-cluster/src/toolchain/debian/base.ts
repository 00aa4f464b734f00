import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildContext } from "../build-context.ts";
import { type BuildUnit, keyOf, unitFolder } from "../build-unit.ts";
import { pinned } from "../recipes/versions.ts";
import { run } from "../run.ts";
import { findArchive, httpProxies } from "./apt.ts";
import { renderWrapper } from "./debian.ts";

/** The tar in the unit's folder. */
export const rootfsTar = "rootfs.tar";

const include = ["iptables", "ca-certificates"];

/** What an image has no use for: indexes and caches of apt, documentation, translations, logs, device nodes. */
const ballast = [
  ...["var/cache/apt", "var/lib/apt/lists", "var/cache/debconf", "var/log"],
  ...[
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bash-completion",
  ],
  ...["dev", "proc", "sys", "run", "tmp"],
];

/** The root file system of a small Debian as a build unit: debootstrap makes it, from the unpacked packages of `debian`. */
export function baseUnit(debian: BuildUnit, context: BuildContext): BuildUnit {
  return {
    name: "base",
    stage: "make Debian base",
    key: keyOf(pinned.debian, process.arch, include.join(), ballast.join()),
    outputs: [rootfsTar],
    seconds: 60,
    gigabytes: 0.6,
    async make(folder, note) {
      const tools = unitFolder(context.cache, debian);
      const { mirror, keyring } = findArchive(context.commands);
      const [root, bin] = [join(folder, "root"), join(folder, "bin")];
      mkdirSync(bin);
      writeFileSync(join(bin, "wget"), renderWrapper(tools, "usr/bin/wget"));
      chmodSync(join(bin, "wget"), 0o755);
      mkdirSync(root, { mode: 0o755 });
      const options = { context, log: "base" };
      await run(
        join(tools, "usr/sbin/debootstrap"),
        [
          "--variant=minbase",
          `--include=${include.join()}`,
          `--keyring=${keyring}`,
          pinned.debian,
          root,
          mirror.main.uri,
        ],
        {
          ...options,
          purpose: "Making the Debian base",
          env: {
            ...process.env,
            ...(await httpProxies()),
            DEBOOTSTRAP_DIR: join(tools, "usr/share/debootstrap"),
            PATH: `${bin}:${process.env.PATH}:/usr/sbin:/sbin`,
            LC_ALL: "C",
          },
          onLine: note,
        },
      );
      note("packing");
      for (const path of ballast) {
        rmSync(join(root, path), { recursive: true, force: true });
        mkdirSync(join(root, path), { recursive: true });
        chmodSync(join(root, path), path === "tmp" ? 0o1777 : 0o755);
      }
      const pack = [
        "--create",
        "--numeric-owner",
        "--sort=name",
        "--file",
        join(folder, rootfsTar),
        "--directory",
        root,
        ".",
      ];
      await run("tar", pack, { ...options, purpose: "Packing the Debian base" });
      rmSync(root, { recursive: true });
      rmSync(bin, { recursive: true });
    },
  };
}
