import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, parseDocument, visit } from "yaml";
import { LabError } from "../../cluster/lab-error.ts";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { UsageError } from "./usage-error.ts";

export const projectName = "canary-lab";

/** A config value as YAML holds it: `10`, `"10"`, `true`. */
export type RawValue = string | number | boolean;

/**
 * The config of one stack: `Pulumi.<stack>.yaml`, with the defaults of `Pulumi.yaml` behind it. It is read once, when it is opened;
 * its writes keep the user's comments and order, and replace the file whole or not at all.
 */
export class StackFile {
  readonly stack: string;
  readonly path: string;
  /** The file's name, as messages show it. */
  readonly name: string;
  readonly #folder: string;
  #document: Document;
  #text: string | undefined;

  /** @throws UsageError for a name that the engine would not accept; LabError for YAML that cannot be read. */
  constructor(stack: string, folder = repositoryRoot) {
    if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
      throw new UsageError(`Invalid stack name: "${stack}".`, {
        allowed: "letters, digits, hyphens, underscores and periods",
      });
    }
    this.stack = stack;
    this.#folder = folder;
    this.name = `Pulumi.${stack}.yaml`;
    this.path = join(folder, this.name);
    this.#text = readIfThere(this.path);
    this.#document = parse(this.#text ?? "", this.path);
  }

  /** The project's defaults, by key. */
  defaults(): Record<string, RawValue> {
    const path = join(this.#folder, "Pulumi.yaml");
    const declared = entries(parse(readFileSync(path, "utf8"), path), path).map(([key, value]): [string, unknown] => {
      const isDeclaration = typeof value === "object" && value !== null;
      return [key, isDeclaration ? (value as { default?: unknown }).default : value];
    });
    return plainValues(declared, path);
  }

  /** The stack's own values in front of the project's defaults, by key, without the project's prefix. */
  values(): Record<string, RawValue> {
    return { ...this.defaults(), ...plainValues(entries(this.#document, this.path), this.path) };
  }

  /** Sets keys of this project in the stack's file, in the form in which `pulumi config set` writes them. */
  set(values: Readonly<Record<string, RawValue>>): void {
    for (const [key, value] of Object.entries(values)) {
      const isBare = this.#document.hasIn(["config", key]);
      const path = ["config", isBare ? key : `${projectName}:${key}`];
      if (!isMap(this.#document.get("config"))) this.#document.set("config", this.#document.createNode({}));
      this.#document.setIn(path, String(value));
    }
    this.#write(this.#document.toString({ lineWidth: 0 }));
  }

  /** Puts the file back as it was when it was opened. */
  restore(): void {
    if (this.#text === undefined) rmSync(this.path, { force: true });
    else this.#write(this.#text);
    this.#document = parse(this.#text ?? "", this.path);
  }

  /** Whether a value of any key is encrypted. */
  hasSecrets(): boolean {
    let found = false;
    visit(this.#document, {
      Pair(_, pair) {
        if (String(pair.key) === "secure") found = true;
      },
    });
    return found;
  }

  hasSalt(): boolean {
    return this.#document.has("encryptionsalt");
  }

  /**
   * Takes out the line that ties the file to one passphrase; the engine writes a new one when it needs it. A file that
   * held nothing else is removed, for then the engine made it.
   */
  dropSalt(): void {
    if (!this.hasSalt()) return;
    this.#document.delete("encryptionsalt");
    if (isMap(this.#document.contents) && this.#document.contents.items.length === 0)
      rmSync(this.path, { force: true });
    else this.#write(this.#document.toString({ lineWidth: 0 }));
  }

  #write(text: string): void {
    const draft = `${this.path}.${process.pid}.draft`;
    writeFileSync(draft, text);
    renameSync(draft, this.path);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string, path: string): Document {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw new LabError(`The file is not YAML: ${problem.message.split("\n")[0]}`, { place: path });
  return document;
}

/** The pairs under `config:` that belong to this project, with or without its prefix. */
function entries(document: Document, path: string): [string, unknown][] {
  const config: unknown = document.toJS()?.config ?? {};
  if (typeof config !== "object" || Array.isArray(config)) {
    throw new LabError("`config` must be a map of keys to values.", { place: path });
  }
  return Object.entries(config as Record<string, unknown>).flatMap(([key, value]) => {
    if (!key.includes(":")) return [[key, value]];
    return key.startsWith(`${projectName}:`) ? [[key.slice(projectName.length + 1), value]] : [];
  });
}

function plainValues(pairs: readonly (readonly [string, unknown])[], path: string): Record<string, RawValue> {
  const given = pairs.filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, plainValue(key, value, path)]));
}

function plainValue(key: string, value: unknown, path: string): RawValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null) return "";
  if (typeof value === "object" && "secure" in value) {
    throw new LabError(`${key} is encrypted, and nothing in this lab's config is a secret.`, {
      place: path,
      next: `pulumi config set ${key} VALUE`,
    });
  }
  return JSON.stringify(value);
}
