import { chmodSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { defaultCache } from "@canary-lab/embedded-cluster/settings";
import type { PinnedRelease, Release } from "@canary-lab/embedded-cluster/toolchain/download/release";
import { withLock } from "@canary-lab/kit/lock";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { isProgram, onPath } from "@canary-lab/kit/programs";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { engineRelease } from "@canary-lab/pulumi-plugins/engine-recipe";
import { engineVersion } from "@canary-lab/pulumi-plugins/versions";
import { kindRelease, kindVersion } from "./kind/release.ts";
import { findProgramProblems, type ProgramName, type ProgramProblem } from "./programs.ts";

/** A machine that programs are fetched for, by Node's names. */
export interface Machine {
  readonly system: string;
  readonly cpu: string;
}

/** Where programs are kept that the user's PATH lacks, and where they come from. */
export interface ProgramStore {
  readonly cache: string;
  readonly machine: Machine;
  /** The release of a program; undefined for one that is not fetched. */
  readonly release: (program: ProgramName, system: string) => Release | undefined;
}

export const ownStore = (): ProgramStore => ({
  cache: defaultCache(),
  machine: { system: process.platform, cpu: process.arch },
  release: publishedRelease,
});

/** It takes a tenth of a second to load, and most runs fetch nothing. */
const downloads = async () => ({
  ...(await import("@canary-lab/embedded-cluster/toolchain/download/network")),
  ...(await import("@canary-lab/embedded-cluster/toolchain/download/release")),
});

const versions: Partial<Record<ProgramName, string>> = { kind: kindVersion, pulumi: `v${engineVersion}` };

function publishedRelease(program: ProgramName, system: string): Release | undefined {
  if (program === "kind") return kindRelease(system);
  return program === "pulumi" ? engineRelease(system) : undefined;
}

/** The folder of a program; it is there whole, or not at all. */
export const folderOf = (program: ProgramName, { cache, machine: { system, cpu } }: ProgramStore): string =>
  join(cache, "programs", `${program}-${versions[program]}-${system}-${cpu}`);

/** How programs come to be at hand: some are on the user's PATH, some were fetched before, some are to be fetched. */
export interface ProgramPlan {
  /** Folders to put in front of PATH, once everything is fetched. */
  readonly path: readonly string[];
  readonly toFetch: readonly { readonly program: ProgramName; readonly release: PinnedRelease }[];
  /** What neither is there nor can be fetched, and why. */
  readonly problems: readonly ProgramProblem[];
}

/**
 * Plans how each program comes to be at hand. The user's own is taken where its version works; what it lacks is fetched where its release is
 * pinned for this machine and can be reached, by the proxies of the environment.
 */
export async function planPrograms(
  names: readonly ProgramName[],
  path: string | undefined,
  store = ownStore(),
): Promise<ProgramPlan> {
  const lacking = await findProgramProblems(names, path);
  if (lacking.length === 0) return { path: [], toFetch: [], problems: [] };
  const { chooseSource, openNetwork, timeouts } = await downloads();
  const network = openNetwork(timeouts.probeMilliseconds);
  try {
    const plans = await Promise.all(
      lacking.map(async (problem): Promise<ProgramPlan> => {
        const { program } = problem;
        const folder = folderOf(program, store);
        if (isProgram(join(folder, program))) return { path: [folder], toFetch: [], problems: [] };
        const release = store.release(program, store.machine.system);
        if (release === undefined) return { path: [], toFetch: [], problems: [problem] };
        const { releases, why } = await chooseSource([release], network, store.machine.cpu);
        const [pinned] = releases ?? [];
        if (pinned) return { path: [folder], toFetch: [{ program, release: pinned }], problems: [] };
        const { system, cpu } = store.machine;
        const reason = Object.hasOwn(release.sha256, cpu) ? why : `${why} for ${system} on ${cpu}`;
        return {
          path: [],
          toFetch: [],
          problems: [{ ...problem, problem: `${problem.problem}, and it cannot be fetched: ${reason}` }],
        };
      }),
    );
    return {
      path: plans.flatMap((plan) => plan.path),
      toFetch: plans.flatMap(({ toFetch }) => toFetch),
      problems: plans.flatMap(({ problems }) => problems),
    };
  } finally {
    await network.dispatcher.destroy();
  }
}

/** Fetches what a plan says, side by side: each is checked against its pinned SHA-256 before it is unpacked. */
export async function fetchPrograms({ toFetch }: ProgramPlan, progress: Progress, store = ownStore()): Promise<void> {
  await Promise.all(
    toFetch.map(({ program, release }) =>
      progress.stage(`fetch ${program} ${versions[program]}`, (note) => fetchProgram(program, release, note, store)),
    ),
  );
}

/**
 * Of two runs at the same time one fetches a program, and the other finds it there. Where nothing locks, as on macOS, each has a download
 * of its own, and does not go on with that of an earlier run.
 */
async function fetchProgram(
  program: ProgramName,
  release: PinnedRelease,
  note: (detail: string) => void,
  store: ProgramStore,
): Promise<void> {
  const folder = folderOf(program, store);
  const isThere = () => isProgram(join(folder, program));
  const draft = mkdtempSync(join(makePrivateFolder(dirname(folder)), "draft-"));
  const fetchTo = async (cache: string) => {
    await downloadAndPlace(program, release, { draft, cache }, note);
    renameSync(join(draft, program), folder);
  };
  try {
    if (onPath("flock", process.env.PATH) === undefined) return await fetchTo(draft);
    const waiting = () => note("another run is fetching it: waiting for it");
    await withLock(`${folder}.lock`, waiting, async () => {
      if (!isThere()) await fetchTo(store.cache);
    });
  } catch (error) {
    if (!isThere()) throw error; // another run was sooner
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Makes the folder of a program in `draft`, by its name. */
async function downloadAndPlace(
  program: ProgramName,
  release: PinnedRelease,
  { draft, cache }: { readonly draft: string; readonly cache: string },
  note: (detail: string) => void,
): Promise<void> {
  const { download, openNetwork, timeouts } = await downloads();
  const network = openNetwork(timeouts.stallMilliseconds);
  try {
    const commands = { up: "npx canaryctl up", down: "npx canaryctl down" };
    const context = { cache, logs: draft, commands, signal: new AbortController().signal };
    const file = await download(release, network, note, context);
    await place(release, file, makePrivateFolder(join(draft, program)), program);
  } finally {
    await network.dispatcher.destroy();
  }
}

/** Puts a downloaded program, or what is in a downloaded archive, into a folder. `tar` is GNU's on Linux and BSD's on macOS. */
async function place(release: PinnedRelease, file: string, folder: string, program: ProgramName): Promise<void> {
  if ("file" in release) {
    renameSync(file, join(folder, release.file));
    chmodSync(join(folder, release.file), 0o755);
    return;
  }
  const { execa } = await import("execa");
  const unpack = ["-xzf", file, "--no-same-owner", "-C", folder, `--strip-components=${release.strip}`];
  const { failed, stderr } = await execa("tar", unpack, { reject: false });
  if (failed || !isProgram(join(folder, program))) {
    throw new UserError(
      `The archive of ${program} could not be unpacked: ${stderr || `there is no ${program} in it`}`,
      {
        place: file,
        next: "npx canaryctl up",
      },
    );
  }
  rmSync(file);
}

/** PATH with folders in front. */
export const withFolders = (folders: readonly string[], path: string | undefined): string =>
  [...folders, ...(path ?? "").split(delimiter)].filter(Boolean).join(delimiter);
