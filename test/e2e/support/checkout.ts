import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { ownImages } from "../../../components/image/render-built-image.ts";
import { type Outcome, run, userEnvironment } from "./command.ts";

/** A second clone of the repository: where a bad input is tried, nothing of the lab under test can be hurt. */
export interface Checkout {
  readonly folder: string;
  /** Runs canaryctl there; `prefix` goes in front, as in `unshare --user canaryctl up`. */
  canaryctl(
    args: readonly string[],
    options?: { prefix?: readonly string[]; env?: Record<string, string>; timeoutSeconds?: number },
  ): Promise<Outcome>;
  /** What `.lab/` holds, besides what Node keeps there of the compiled command line. */
  labFiles(): readonly string[];
  remove(): void;
}

/** Copies what `npm ci` builds of the images' programs, as if it had run in another checkout. */
export function copyBuilds(folder: string): void {
  for (const app of ownImages) {
    for (const built of ["dist", "built.json"]) {
      const path = join("apps", app, built);
      cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true });
    }
  }
}

/** Copies the tracked files, as they are now, to a temporary folder; the packages are shared by a link. */
export function makeCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "second-checkout-"));
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repositoryRoot, encoding: "utf8" }).split("\0");
  const present = tracked.filter((file) => file !== "" && existsSync(join(repositoryRoot, file)));
  for (const parent of new Set(present.map(dirname))) mkdirSync(join(folder, parent), { recursive: true });
  // In place of cpSync, which takes five times as long for a file.
  for (const file of present) copyFileSync(join(repositoryRoot, file), join(folder, file));
  symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  copyBuilds(folder);
  const command = join(folder, "canaryctl", "bin", "canaryctl.mjs");
  return {
    folder,
    canaryctl: (args, { prefix = [], env = userEnvironment(), timeoutSeconds = 60 } = {}) => {
      const [file = command, ...rest] = [...prefix, command, ...args];
      return run(file, rest, { cwd: folder, env, timeoutSeconds });
    },
    labFiles: () =>
      existsSync(join(folder, ".lab"))
        ? readdirSync(join(folder, ".lab")).filter((file) => file !== "compile-cache")
        : [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
