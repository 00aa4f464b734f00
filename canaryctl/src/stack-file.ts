import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readIfThere } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { type Document, isMap } from "yaml";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { ownKey, unreadKeys } from "../../stacks/config/other-keys.ts";
import { servicesIn, serviceValues } from "../../stacks/config/service-values.ts";
import {
  configIn,
  declaredDefaults,
  hasSecrets,
  keyService,
  parse,
  plainValues,
  type RawValue,
  textOf,
} from "../../stacks/config/stack-yaml.ts";
import { ambiguityError } from "../../stacks/config/yaml-numbers.ts";
import type { NamespaceClaim } from "../../stacks/live/namespace-owner.ts";
import { parseStackName, projectName } from "../../stacks/stack-name.ts";
import { entriesOf } from "./stack-entries.ts";

/** What one `set` did to the file, so that it can be taken back. */
interface Change {
  /** The whole text, before and after; undefined for no file. */
  readonly before: string | undefined;
  readonly after: string;
  /** Where each value stands, what was there, and what it was set to. */
  readonly values: readonly { readonly path: readonly string[]; readonly from: unknown; readonly to: string }[];
}

/**
 * The config of one stack: `Pulumi.<stack>.yaml`, with the defaults of `Pulumi.yaml` behind it. Every call reads the stack's file anew, for
 * other commands and the user write it too; writes keep comments and order, and replace the file whole or not at all.
 */
export class StackFile {
  readonly stack: string;
  readonly organization: string | undefined;
  /** The stack's name as it was given, a full one perhaps: for the engine. */
  readonly reference: string;
  readonly path: string;
  /** The file's name, as messages show it. */
  readonly name: string;
  /** The service of the stack that the values are of; undefined for the stack's own. */
  readonly service: string | undefined;
  readonly #folder: string;
  #change: Change | undefined;

  /** @throws UserError for a name that the engine would not accept */
  constructor(reference: string, folder = repositoryRoot, service?: string) {
    const { stack, organization } = parseStackName(reference);
    this.stack = stack;
    this.organization = organization;
    this.reference = reference;
    this.service = service;
    this.#folder = folder;
    this.name = `Pulumi.${stack}.yaml`;
    this.path = join(folder, this.name);
  }

  /** The same file as one of the stack's services has it: its values are the stack's with its own in front, and what is set is its own. */
  of(service: string): StackFile {
    return new StackFile(this.reference, this.#folder, service);
  }

  /** The same file as the stack has it. */
  whole(): StackFile {
    return new StackFile(this.reference, this.#folder);
  }

  /** The names of the stack's services, in their order. @throws UserError for what is no YAML */
  services(): readonly string[] {
    return Object.keys(servicesIn(Object.fromEntries(entriesOf(this.text(), this.path).all)));
  }

  /** @throws UserError for what is no YAML */
  mustBeReadable(): void {
    configIn(this.#read(), this.path);
  }

  /** The namespace that the stack says is its own. */
  claim(namespace: string): NamespaceClaim {
    const { stack, organization, name: place } = this;
    const own = { stack, ...(organization !== undefined && { organization }) };
    return { own, namespace, place, isNew: !this.exists() };
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  /** The project's defaults, by key. */
  defaults(): Readonly<Record<string, RawValue>> {
    const path = join(this.#folder, "Pulumi.yaml");
    const text = readFileSync(path, "utf8");
    if (lastDefaults?.text !== text) lastDefaults = { text, values: declaredDefaults(text, path) };
    return lastDefaults.values;
  }

  /** The stack's own values in front of the project's defaults, by key, without the project's prefix. */
  values(): Record<string, RawValue> {
    return this.#with(() => true);
  }

  /** As {@link values}, with nothing of the stack's own but `keys`: the others are not looked at. */
  valuesOf(keys: readonly string[]): Record<string, RawValue> {
    return this.#with((key) => keys.includes(key));
  }

  /** A sentence for each key of the file that nothing reads. */
  unreadKeys(): readonly string[] {
    return unreadKeys(Object.keys(configIn(this.#read(), this.path)));
  }

  #with(isLookedAt: (key: string) => boolean): Record<string, RawValue> {
    const { all, ambiguous } = entriesOf(this.text(), this.path);
    const doubtful = ambiguous.filter(({ key }) => isLookedAt(ownKey(key) ?? key));
    if (doubtful.length > 0) throw ambiguityError(doubtful, this.name);
    const stack = {
      ...this.defaults(),
      ...plainValues(
        all.filter(([key]) => isLookedAt(key)),
        this.path,
      ),
    };
    if (this.service === undefined) return stack;
    const { namespace = stack.namespace, ...given } = Object.fromEntries(all);
    const own = Object.entries(servicesIn(given)[this.service] ?? {}).filter(([key]) => isLookedAt(key));
    const services = { [this.service]: Object.fromEntries(own) };
    const values = serviceValues({ ...stack, namespace, services }, this.service, this.defaults());
    return plainValues(Object.entries(values), this.path);
  }

  /** Where a value stands, or is to stand. Services that are written as one JSON text become a map: one value of a map can be set. */
  #placeOf(document: Document, key: string): readonly string[] {
    if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
    const stands = (name: string) => ["config", document.hasIn(["config", name]) ? name : `${projectName}:${name}`];
    if (this.service === undefined) return stands(key);
    const services = stands("services");
    const given = servicesIn({ services: document.toJS().config[services[1] ?? ""] });
    if (!isMap(document.getIn([...services, this.service])))
      document.setIn(services, document.createNode({ ...given, [this.service]: given[this.service] ?? {} }));
    return [...services, this.service, key];
  }

  /** Sets keys of this project in the stack's file, in the form in which `pulumi config set` writes them. */
  set(values: Readonly<Record<string, RawValue>>): void {
    const before = readIfThere(this.path);
    const document = parse(before ?? "", this.path);
    const changed = Object.entries(values).map(([key, value]) => {
      const path = this.#placeOf(document, key);
      const from = document.getIn(path);
      document.setIn(path, String(value));
      return { path, from, to: String(value) };
    });
    const after = textOf(document);
    this.#write(after);
    this.#change = { before, after, values: changed };
  }

  /**
   * Takes keys of this project out of the stack's file: the project's defaults hold then, and for a service mostly the stack's values.
   *
   * @returns those that were there
   */
  remove(keys: readonly string[]): readonly string[] {
    const document = this.#read();
    if (!isMap(document.get("config"))) return [];
    const removed = keys.filter((key) =>
      this.service === undefined
        ? [key, `${projectName}:${key}`].map((name) => document.deleteIn(["config", name])).includes(true)
        : document.deleteIn(this.#placeOf(document, key)),
    );
    if (removed.length > 0) this.#write(textOf(document));
    return removed;
  }

  /** Takes the last `set` back: to the byte where nobody has written since, else only the values that are still as it left them. */
  restore(): void {
    const change = this.#change;
    this.#change = undefined;
    if (!change) return;
    if (readIfThere(this.path) === change.after) {
      if (change.before === undefined) rmSync(this.path, { force: true });
      else this.#write(change.before);
      return;
    }
    const document = this.#read();
    const own = change.values.filter(({ path, to }) => document.getIn(path) === to);
    if (own.length === 0) return;
    for (const { path, from } of own) {
      if (from === undefined) document.deleteIn(path);
      else document.setIn(path, from);
    }
    this.#write(textOf(document));
  }

  /** Whether a value of any key is encrypted. */
  hasSecrets(): boolean {
    return hasSecrets(this.#read());
  }

  /** The key service that encrypts the stack's secrets; undefined where a passphrase does, or Pulumi's service. */
  secretsProvider(): string | undefined {
    return keyService(this.#read());
  }

  /**
   * Takes out the line that ties the file to one passphrase; the engine writes a new one when it needs it. A file that
   * held nothing else is removed, for then the engine made it.
   */
  dropSalt(): void {
    const document = this.#read();
    if (!document.has("encryptionsalt")) return;
    document.delete("encryptionsalt");
    if (isMap(document.contents) && document.contents.items.length === 0) rmSync(this.path, { force: true });
    else this.#write(textOf(document));
  }

  #read(): Document {
    return parse(this.text(), this.path);
  }

  /** The file as it is now; empty where there is none. */
  text(): string {
    return readIfThere(this.path) ?? "";
  }

  #write(text: string): void {
    const draft = `${this.path}.${process.pid}.draft`;
    try {
      writeFileSync(draft, text);
      renameSync(draft, this.path);
    } catch (cause) {
      rmSync(draft, { force: true });
      throw new UserError(`${this.name} cannot be written: ${(cause as Error).message}`, {
        place: this.path,
        allowed: "a file, in a folder, that this user may write",
        cause,
      });
    }
  }
}

/** What was read last: the project's file takes longer to parse than all the rest, and a command opens its stack several times. */
let lastDefaults: { readonly text: string; readonly values: Readonly<Record<string, RawValue>> } | undefined;
