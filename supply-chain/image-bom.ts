import { randomUUID } from "node:crypto";
import type { LockedPackage } from "./lock-file.ts";

/** What of esbuild's metafile says which files are in a bundle. Paths are relative to the folder that it was built in. */
export interface BundleNote {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

/** A CycloneDX document, as far as it is read here. */
export interface Bom {
  readonly metadata: { readonly component: object };
  readonly components: readonly { readonly "bom-ref": string }[];
}

/** The packages whose code is in a bundle. What was bundled and shaken out of it is not. */
export function bundledPackages({ outputs }: BundleNote, locked: readonly LockedPackage[]): readonly LockedPackage[] {
  const byPath = new Map(locked.map((entry) => [entry.path, entry]));
  const paths = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => {
      const [, path] = /^(?:\.\.\/)*((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      return path && bytesInOutput > 0 ? [path] : [];
    }),
  );
  return [...new Set(paths)].toSorted().map((path) => {
    const found = byPath.get(path);
    if (!found) throw new Error(`${path} is in a bundle and in no lock file.`);
    return found;
  });
}

interface ImageSpec {
  /** The image's name, without registry and tag. */
  readonly app: string;
  readonly version: string;
  /** The image that it is built on, as the Dockerfile names it. */
  readonly base: string;
  readonly packages: readonly LockedPackage[];
}

/** Of an image: what of the whole project's list is in its bundle, and the image that it stands on. */
export function imageBom<Whole extends Bom>(whole: Whole, { app, version, base, packages }: ImageSpec): Whole {
  const references = new Set(packages.map(({ name, version: of }) => `${name}@${of}`));
  return {
    ...whole,
    serialNumber: `urn:uuid:${randomUUID()}`,
    metadata: { ...whole.metadata, component: { type: "container", "bom-ref": app, name: app, version } },
    components: [
      { type: "container", "bom-ref": base, name: base, description: "the image that it is built on" },
      ...whole.components.filter((component) => references.has(component["bom-ref"])),
    ],
    dependencies: [{ ref: app, dependsOn: [base, ...references] }],
  };
}

/** The base that a Dockerfile names by its `ARG BASE`. */
export function baseIn(dockerfile: string): string {
  const [, base] = /^ARG BASE=(\S+)$/m.exec(dockerfile) ?? [];
  if (!base) throw new Error("The Dockerfile has no line ARG BASE=…");
  return base;
}
