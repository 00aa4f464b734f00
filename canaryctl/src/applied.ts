import { readIfThere } from "@canary-lab/kit/private-files";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { Document, parseDocument } from "yaml";
import { type ApplicationScope, urnsOf } from "../../stacks/application-scope.ts";
import {
  appliedValues,
  leftOut,
  notedValues,
  type Pending,
  pendingChanges,
  releaseKeys,
} from "../../stacks/config/applied-config.ts";
import { ownKey } from "../../stacks/config/other-keys.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import { hasServices } from "../../stacks/config/service-values.ts";
import type { RawValue } from "../../stacks/config/stack-yaml.ts";
import { projectName } from "../../stacks/stack-name.ts";
import { withConfigText } from "./engine/config-copy.ts";
import type { UpdateScope } from "./engine/engine.ts";
import { EngineBusyError } from "./engine/engine-failure.ts";
import { freeStack, type UpdateOptions } from "./engine/update.ts";
import type { ConfigChanges, Lab } from "./lab.ts";

/** The config that was applied last, as the program noted it in the cluster. */
export interface Applied {
  readonly values: Readonly<Record<string, string>>;
  /** What the stack's file has otherwise: it waits for the next `up`. */
  readonly pending: readonly Pending[];
}

/** What names the canary: the command that makes or removes it says so. */
const canaryKeys: readonly (keyof LabConfig)[] = ["canaryEnabled", "canaryImage"];

/**
 * The lab with the applied config in place of the file's, but for the weight, the way to the cluster, and what the command line says: a
 * command that moves the traffic changes nothing else. The lab as it is where nothing is noted, as before the first update by this version.
 *
 * @param text the note on the application's Namespace
 */
export function withApplied(lab: Lab, text: string | undefined): Lab {
  const values = notedValues(text);
  return values ? byValues(lab, values, leftOut) : lab;
}

/**
 * As {@link withApplied}, for a command that begins a release: the canary is the command's, and what the release is like the file's.
 *
 * @returns also what the command takes along from the file
 */
export function withRelease(lab: Lab, text: string | undefined): { lab: Lab; along: readonly Pending[] } {
  const noted = notedValues(text);
  const file = fileValues(lab);
  if (!noted || !file) return { lab, along: [] };
  const isOfRelease = (key: string) => (releaseKeys as readonly string[]).includes(key);
  const values = Object.fromEntries([
    ...Object.entries(noted).filter(([key]) => !isOfRelease(key)),
    ...Object.entries(appliedValues(file)).filter(([key]) => isOfRelease(key)),
  ]);
  const along = pendingChanges(noted, file).filter(({ key }) => isOfRelease(key));
  return { lab: byValues(lab, values, [...leftOut, ...releaseKeys, ...canaryKeys]), along };
}

/** @param own keys whose values stay those of the lab */
function byValues(lab: Lab, values: Readonly<Record<string, string>>, own: readonly string[]): Lab {
  try {
    // The weight is put in afterwards: whether there is a canary for it is for the command to say.
    const { services: _, ...noted } = values; // of which nothing but the strategies is noted here
    const applied = parseConfig({ ...lab.stackFile.defaults(), ...noted, canaryWeight: 0 }, {}, "the applied config");
    const kept = Object.fromEntries(
      Object.entries(lab.config).filter(([key]) => own.includes(key) || key === "services"),
    );
    return {
      ...lab,
      config: { ...applied, ...kept, ...(lab.plan && { plan: lab.plan }) },
      applied: { values, pending: pendingChanges(values, fileValues(lab) ?? values) },
    };
  } catch (error) {
    if (error instanceof UserError) return lab; // noted by a version with other keys
    throw error;
  }
}

/** Undefined for a file that cannot be read as a config, or is not there. */
function fileValues({ stackFile }: Lab): Values | undefined {
  if (!stackFile.exists()) return undefined;
  try {
    return stackFile.values();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** What a command leaves alone, one line for each key, and the command that applies it; empty where nothing is pending. */
export function pendingText({ applied, stackFile }: Pick<Lab, "applied" | "stackFile">): string {
  const lines = (applied?.pending ?? []).map(
    ({ key, applied: from, wanted }) =>
      `Left alone: ${key} is ${from ?? "not set"} in the cluster and ${wanted ?? "not set"} in ${stackFile.name}.`,
  );
  return lines.length === 0 ? "" : withNext(lines.join("\n"), "npx canaryctl up");
}

/** Of an update that changes what was asked for and nothing else. */
export interface OnlyOptions extends UpdateOptions {
  /** Patterns of the URNs of the only resources that may change; default: all, by the applied config. */
  readonly targets?: readonly string[];
  /** Whether objects that are gone are made again, as `up` does it; default: the engine, which takes them for there, fails. */
  readonly remakes?: boolean;
  /** Values for this one update, which the stack's file does not get. */
  readonly forNow?: ConfigChanges;
}

/**
 * Writes `changes` to the stack's file and lets the engine apply them, and nothing else that is pending in the file.
 *
 * @returns the lab with the changes as applied
 * @throws as `updateStack`; the file keeps the changes. Without a file the error of that, where what was applied does not say enough
 */
export async function applyOnly(lab: Lab, changes: ConfigChanges, options: OnlyOptions): Promise<Lab> {
  const { stackFile, engine, applied, fileFault, environment } = lab;
  // Which registry the images of a cluster of the user's own are in is not noted there.
  if (fileFault && (!applied || environment.target === "existing")) throw fileFault;
  const { targets, forNow = {}, ...rest } = options;
  const application = applicationOf(lab);
  for (const { key, wanted } of applied?.pending ?? []) {
    const next = appliedValues(changes)[key];
    if (key in changes && next !== wanted)
      options.say(`${key} ${wanted ?? "(not set)"} of ${stackFile.name} is replaced.`);
  }
  if (Object.keys(changes).length > 0) writeChanges(lab, changes);
  await freeStack(lab, rest);
  if (rest.remakes) {
    const { isGone, noteDrift } = await import("./engine/drift/mend.ts");
    await noteDrift(
      lab,
      rest.say,
      isGone(application ? urnsOf(application, targets ?? []) : { ...(targets && { targets }) }),
    );
  }
  if (targets && applied) mustBeSameProgram(lab, applied.values);
  const file = fileValues(lab);
  const values = applied && { ...applied.values, ...appliedValues(changes) };
  const pending = values && file ? pendingChanges(values, file) : [];
  const update = async (scope: UpdateScope) => {
    const run = () => engine.update(rest.view, { ...(targets && { targets }), application, ...scope });
    await run().catch(async (error: unknown) => {
      if (!(error instanceof EngineBusyError) || !rest.waitSeconds) throw error;
      await freeStack(lab, rest); // another update has begun since the stack was found free
      await run();
    });
  };
  const isAsInFile = file && pending.length === 0 && Object.keys(forNow).length === 0;
  if (isAsInFile && stackFile.service === undefined) await update({});
  else {
    const { canaryWeight } = file ?? lab.config;
    const weight = canaryWeight === undefined ? {} : { canaryWeight };
    const own = { ...(values ?? file), ...weight, ...changes, ...forNow } as Values;
    await withConfigFile(lab, own, (configFile) => update({ configFile }));
  }
  return values ? { ...lab, applied: { values, pending } } : lab;
}

/** The application that a command is about, where the stack has several: what is applied of the others, and what they are about to be, stays. */
function applicationOf({ stackFile, config, applied }: Lab): ApplicationScope | undefined {
  const { service } = stackFile;
  const isOneOfSeveral = service !== undefined || applied?.values.services || hasServices(config);
  return isOneOfSeveral ? { service } : undefined;
}

/** Writes `changes` to the stack's file, where there is one that can be read. */
export function writeChanges({ stackFile, fileFault }: Lab, changes: ConfigChanges): void {
  if (!fileFault) stackFile.set(changes as Values);
}

/**
 * An update of a few resources by a program that has others than the state breaks the state: what is there already may depend on what
 * it leaves out. A newer program shows by keys that the last update did not know.
 */
function mustBeSameProgram({ stackFile }: Lab, applied: Values): void {
  const unknown = Object.keys(appliedValues(stackFile.defaults())).filter((key) => !Object.hasOwn(applied, key));
  if (unknown.length === 0) return;
  throw new UserError(
    `The last update was made by another version of this program, without ${unknown.join(", ")}: the state follows a move after an update.`,
    { place: "Pulumi.yaml", next: "npx canaryctl up" },
  );
}

type Values = Readonly<Record<string, RawValue>>;

/** A copy of the stack's file with these values in place of the project's own, for one update. For a service they stand where the stack's do. */
async function withConfigFile(lab: Lab, given: Values, work: (path: string) => Promise<void>): Promise<void> {
  const { stackFile } = lab;
  const service = stackFile.service === undefined ? [] : Object.entries(fileValues(lab) ?? {});
  const values = { ...Object.fromEntries(service.filter(([key]) => leftOut.includes(key))), ...given };
  const found = parseDocument(readIfThere(stackFile.path) ?? "");
  const document = found.errors.length > 0 ? new Document({}) : found;
  const before = (document.toJS() as { readonly config?: Readonly<Record<string, unknown>> } | null)?.config ?? {};
  const kept = Object.entries(before).filter(([key]) => {
    const own = ownKey(key);
    return own === undefined || (leftOut.includes(own) && !Object.hasOwn(values, own));
  });
  const own = Object.entries(values).map(([key, value]) => [`${projectName}:${key}`, String(value)]);
  document.set("config", document.createNode(Object.fromEntries([...kept, ...own])));
  await withConfigText(stackFile.stack, document.toString({ lineWidth: 0 }), work);
}
