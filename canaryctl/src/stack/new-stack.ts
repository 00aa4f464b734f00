import { linkSync, rmSync, writeFileSync } from "node:fs";
import { readIfThere } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../../cluster/kube/client.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import type { Environment } from "../../../cluster/target.ts";
import { configProblems } from "../../../stacks/config/parse-config.ts";
import { type LiveNamespace, namespaceFault, namespaceOf } from "../../../stacks/live/namespace-owner.ts";
import { environmentOf } from "../../../stacks/stack-environment.ts";
import { shortened } from "../../../stacks/stack-name.ts";
import { configForRollback } from "../lab.ts";
import type { StackFile } from "../stack-file.ts";
import { leftOutKeys, newStackText, ownValues } from "./stack-text.ts";
import { type CommandFor, type NamespaceUse, namespacesInUse, refuseTaken } from "./taken-namespace.ts";

interface NewStackOptions {
  /** The stack whose file it is made from. */
  readonly from: StackFile;
  readonly namespace?: string;
  readonly isShortLived: boolean;
  /** Where namespaces of others are looked for, if it answers. Default: the other stack's cluster. */
  readonly environment?: Environment | undefined;
  /** Default: those of this checkout and its backend. */
  readonly uses?: readonly NamespaceUse[];
}

interface MadeStack {
  readonly namespace: string;
  readonly platform: string;
  /** What could not be looked up; a sentence each. */
  readonly notes: readonly string[];
}

/** Words that the key `platform` has a meaning for: a stack of that name could not be stood on. */
const reserved: readonly string[] = ["own", "existing"];

/**
 * Makes a stack's file from that of another. The stack itself is made by its first `up`.
 *
 * @throws UserError where the namespace is another's, or the config that results is not allowed; nothing is written then
 */
export async function makeStackFile(file: StackFile, options: NewStackOptions): Promise<MadeStack> {
  const { from, isShortLived, uses = namespacesInUse() } = options;
  if (reserved.includes(file.stack)) {
    throw new UserError(`${file.stack} is a word of the key platform, and no name of a stack.`, {
      allowed: `another name than ${reserved.join(" and ")}`,
      next: "npx canaryctl stack list",
    });
  }
  const { platform: ofOther } = from.values();
  const platform = ofOther === "own" ? shortened(from.reference) : String(ofOther);
  const namespace = options.namespace ?? namespaceOf(file.stack);
  const commandFor: CommandFor = (name) => newCommand(file, options, name);
  refuseTaken(namespace, file.stack, uses, commandFor);
  refuseProblems(from, ownValues({ namespace, platform }), commandFor());
  const environment = "environment" in options ? options.environment : clusterOf(from);
  const notes = await notesOfCluster(file, namespace, environment, commandFor);
  const hasSecrets = from.hasSecrets();
  const text = newStackText(readIfThere(from.path) ?? "", { namespace, platform, isShortLived, hasSecrets });
  writeNew(file, text);
  return { namespace, platform, notes };
}

/** The command that makes the file with another namespace; without one, with that of its name. */
function newCommand({ stack }: StackFile, { from, isShortLived }: NewStackOptions, namespace?: string): string {
  const [name, other] = [quoted(stack), quoted(shortened(from.reference))];
  const plain = isShortLived
    ? `npx canaryctl --stack ${name} up --create --from ${other}`
    : `npx canaryctl stack new ${name} --from ${other}`;
  if (namespace === undefined) return plain;
  return isShortLived ? `${plain} --ns ${namespace}` : `${plain} --namespace ${namespace}`;
}

/** Undefined also where its kubeconfig is not here. */
function clusterOf(from: StackFile): Environment | undefined {
  try {
    return environmentOf(from.stack, configForRollback(from).config);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** What the cluster says of the namespace. One that does not answer is asked again by `up`. */
async function notesOfCluster(
  file: StackFile,
  namespace: string,
  environment: Environment | undefined,
  commandFor: CommandFor,
): Promise<readonly string[]> {
  if (!environment) return [];
  let live: LiveNamespace | undefined;
  try {
    live = await clientOf(environment).get<LiveNamespace>(namespacePath(namespace));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`Whether namespace ${namespace} is free is not known, for the cluster does not answer. \`up\` asks again.`];
  }
  const fault = namespaceFault(live, file.claim(namespace));
  if (!fault) return [];
  throw new UserError(fault.message, {
    place: "--namespace",
    allowed: "a namespace that no other stack has",
    next: commandFor(`${namespace.slice(0, 59)}-2`),
  });
}

/** Writes a file that is not there yet, whole or not at all. */
function writeNew(file: StackFile, text: string): void {
  const draft = `${file.path}.${process.pid}.draft`;
  try {
    writeFileSync(draft, text);
    linkSync(draft, file.path); // refused where another command has just made it
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(file, file.name);
    throw new UserError(`${file.name} cannot be written: ${(cause as Error).message}`, { place: file.path, cause });
  } finally {
    rmSync(draft, { force: true });
  }
}

export const alreadyThere = ({ stack }: StackFile, where: string): UserError =>
  new UserError(`There is a stack ${stack} already: ${where} has it.`, {
    allowed: "a name that no stack has",
    next: [`npx canaryctl --stack ${quoted(stack)} status`, "npx canaryctl stack list"],
  });

function refuseProblems(from: StackFile, own: Readonly<Record<string, unknown>>, again: string): void {
  const defaults = from.defaults();
  const kept = Object.entries(from.values()).map(([key, value]) => [
    key,
    leftOutKeys.includes(key) ? defaults[key] : value,
  ]);
  const problems = configProblems({ ...Object.fromEntries(kept), ...own });
  if (problems.length === 0) return;
  const isOfOther = configProblems(from.values()).length > 0;
  throw new UserError(["Nothing is written, for the config would not be allowed:", ...problems].join("\n  - "), {
    place: isOfOther ? from.name : "--namespace",
    next: isOfOther ? `npx canaryctl --stack ${quoted(shortened(from.reference))} preview` : again,
  });
}
