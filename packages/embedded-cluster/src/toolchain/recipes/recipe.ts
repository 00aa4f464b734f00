import type { AddOn } from "../../add-ons.ts";
import type { Release } from "../download/release.ts";

/** One `go build`: a main package, and the name of the static binary it becomes. */
export interface Program {
  readonly output: string;
  /** Import path; `.` is the main package beside the recipe's go.mod, `./x` the one in the folder `x` there. */
  readonly package: string;
  readonly tags?: readonly string[];
  /** Further names of a binary that acts by the name it is called by. */
  readonly names?: readonly string[];
  /** Whether it is called by name, and so belongs on PATH. */
  readonly inBin?: true;
}

/** Files and folders of a module that outlive the build, copied to `module/<module>/` at the paths they have there. */
export interface KeptModule {
  readonly module: string;
  readonly paths: readonly string[];
}

/**
 * How one tool is made from Go modules. Its folder below `modules/` pins the versions in go.mod and go.sum; what tools of one folder
 * have in common is compiled once.
 */
export interface Recipe {
  readonly name: string;
  /** The folder, where it is not called as the recipe; absolute for a recipe from outside of this package. */
  readonly folder?: string;
  readonly programs: readonly Program[];
  /** Made only where one of these add-ons is asked for; without this list, always. */
  readonly addOns?: readonly AddOn[];
  /** Variables that the linker sets, so that a binary knows its version. */
  readonly strings?: Readonly<Record<string, string>>;
  readonly keep?: readonly KeptModule[];
  /** Command of the same name on PATH that says its version with these arguments: taken where it is exactly this one. */
  readonly onPath?: { readonly args: readonly string[]; readonly version: string };
  /**
   * What upstream publishes; taken where the network allows it, and only complete. Left out where the checksum of one file is
   * not certain: whoever changes the version has to find it, at the release and in a second place.
   */
  readonly releases?: readonly Release[];
  /** Wall time of a cold build on two cores: what is announced until the machine's own time is known. */
  readonly seconds: number;
  /** What a cold build adds to the caches and to the tools, at most. */
  readonly gigabytes: number;
}

/** The names on PATH that a recipe's programs go by. */
export const namesInBin = ({ programs }: Recipe): readonly string[] =>
  programs.filter(({ inBin }) => inBin).flatMap(({ names, output }) => names ?? [output]);
