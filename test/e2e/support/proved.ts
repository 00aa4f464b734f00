import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { testFileOf } from "./parts.ts";

/** The digest of each part when its tests passed last, by the part's name. */
export type Digests = Readonly<Record<string, string>>;

/** What the repository says was proved; in git, so that a fresh clone knows it. */
const provedFile = new URL("../proved.json", import.meta.url);

export const readProved = (file: URL = provedFile): Digests =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

export function writeProved(digests: Digests, file: URL = provedFile): void {
  const sorted = Object.fromEntries(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The parts that need no proof, for all that they depend on is as it was when they were proved. */
export const unchangedParts = (now: Digests, proved: Digests): readonly string[] =>
  Object.keys(now).filter((part) => now[part] === proved[part]);

/** What a run says of the parts that it leaves out. */
export const leftOutLines = (parts: readonly string[]): readonly string[] =>
  parts.length === 0
    ? []
    : [
        ...parts.map(
          (part) =>
            `${testFileOf(part)}: its part is left out, for nothing that it depends on has changed since it passed.`,
        ),
        "npm run test:e2e -- --all runs everything.",
      ];
