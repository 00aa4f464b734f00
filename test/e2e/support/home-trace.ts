import { lstatSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Folders of a home that programs keep their own folders in. */
const shelves = ["", ".config", ".cache", ".local", ".local/share", ".local/state"];

/** Folders of programs that `up`, the engine and its plugins start, and of their kin. */
const programFolders = [
  ...[".kube", ".docker", ".pulumi", ".istioctl", ".config/go", ".config/helm", ".config/containers"],
  ...[".cache/helm", ".cache/go-build", ".cache/pip", ".local/share/helm", ".local/share/containers"],
];

/** The compiler of the tests themselves. */
const ofTheTests = /\/\.cache\/swc/;

/**
 * Hidden files and folders in the user's home, and those in the folders for configuration, caches and data. What such a program of ours
 * keeps is listed whole, with times: its folder may have been there before. Other folders are not looked into: their programs may run.
 */
export function homeTrace(home: string = homedir()): string[] {
  const names = shelves.flatMap((shelf) =>
    entries(join(home, shelf)).filter((path) => shelf !== "" || /\/(\.[^/]+|go)$/.test(path)),
  );
  const kept = programFolders.flatMap((folder) => filesBelow(join(home, folder)));
  return [...names, ...kept].filter((path) => !ofTheTests.test(path));
}

/** Paths of what is in a folder; none where there is no such folder. */
const entries = (folder: string): string[] =>
  isFolder(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const filesBelow = (folder: string): string[] =>
  entries(folder).flatMap((path) =>
    isFolder(path) ? filesBelow(path) : [`${path} ${lstatSync(path, { throwIfNoEntry: false })?.mtimeMs}`],
  );
