import { UserError } from "@canary-lab/kit/user-error";
import { deployedNamespaces } from "../deployed.ts";
import { FileState } from "../engine/file-state.ts";
import { backendUrl } from "../engine/variables.ts";
import { StackFile } from "../stack-file.ts";
import { knownStacks } from "./known-stacks.ts";

/** Whose a namespace is, and what says so. */
export interface NamespaceUse {
  readonly stack: string;
  readonly namespace: string;
  /** Such as `Pulumi.prod.yaml`. */
  readonly source: string;
}

/** The command that makes the stack with a namespace. */
export type CommandFor = (namespace?: string) => string;

/** @throws UserError where a namespace is another stack's by its file or its state */
export function refuseTaken(
  namespace: string,
  stack: string,
  uses: readonly NamespaceUse[],
  commandFor: CommandFor,
): void {
  const use = uses.find((other) => other.namespace === namespace && other.stack !== stack);
  if (!use) return;
  throw new UserError(`Namespace ${namespace} belongs to stack ${use.stack}, by ${use.source}.`, {
    place: "--namespace",
    allowed: "a namespace that no other stack has",
    next: commandFor(freeName(namespace, uses)),
  });
}

function freeName(namespace: string, uses: readonly NamespaceUse[]): string {
  for (let number = 2; ; number++) {
    const name = `${namespace.slice(0, 59)}-${number}`;
    if (!uses.some((use) => use.namespace === name)) return name;
  }
}

/** The namespaces of all stacks, by what their files say and by where the state has them. A file that cannot be read says nothing. */
export const namespacesInUse = (): readonly NamespaceUse[] => knownStacks().flatMap(usesOf);

function usesOf(stack: string): readonly NamespaceUse[] {
  const file = new StackFile(stack);
  const state = FileState.at(backendUrl(process.env), stack);
  const named = file.exists() ? orNothing(() => String(file.valuesOf(["namespace"]).namespace)) : undefined;
  const deployed = orNothing(() => deployedNamespaces(state?.read())) ?? [];
  return [
    ...(named === undefined ? [] : [{ stack, namespace: named, source: file.name }]),
    ...deployed.map((namespace) => ({ stack, namespace, source: "its state" })),
  ];
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
