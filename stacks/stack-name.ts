import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { readIfThere } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { type Variables, variable } from "@canary-lab/kit/variables";
import { repositoryRoot } from "../cluster/lab-folder.ts";

export const projectName = "canary-lab";

/** The stack that a command means where nothing names one. */
export const defaultStack = "dev";

/** A stack as its user names it. */
export interface StackName {
  /** Its own name, and with it the one of its file. */
  readonly stack: string;
  /** The organization, where the name is a full one. */
  readonly organization?: string;
  /** The name as it was given; the engine takes it. */
  readonly reference: string;
}

/**
 * Reads `stack` or `organization/project/stack`, as the engine takes them.
 *
 * @throws UserError for anything else, and for a stack of another project
 */
export function parseStackName(reference: string): StackName {
  const parts = reference.split("/");
  const allowed = "letters, digits, hyphens, underscores and periods; or organization/canary-lab/stack";
  const stack = parts.at(-1) ?? "";
  if (![1, 3].includes(parts.length) || !parts.every((part) => /^[A-Za-z0-9_.-]{1,100}$/.test(part))) {
    throw new UserError(`Invalid stack name: "${reference}".`, { place: "--stack", allowed });
  }
  const [organization, project] = parts.length === 3 ? parts : [];
  if (project !== undefined && project !== projectName) {
    throw new UserError(`${reference} is a stack of project ${project}, and this is project ${projectName}.`, {
      place: "--stack",
      allowed: `${organization}/${projectName}/${stack}, or ${stack}`,
    });
  }
  return { stack, reference, ...(organization !== undefined && { organization }) };
}

/** What the engine calls the organization of stacks whose state is in a folder. */
export const folderOrganization = "organization";

/** The name by which a stack's namespaces say whose they are. */
export const fullName = ({ stack, organization = folderOrganization }: Omit<StackName, "reference">): string =>
  [organization, projectName, stack].join("/");

/** A stack's own name, from its full one: the name by which commands know it. */
export const ownName = (full: string): string => full.slice(full.lastIndexOf("/") + 1);

/** Which stack a command means that names none, and what says so. */
interface ImpliedStack {
  readonly reference: string;
  readonly source: string;
}

/**
 * The order is the engine's own: PULUMI_STACK, then what `pulumi stack select` chose; then {@link defaultStack}.
 *
 * @param home the engine's folder, where PULUMI_HOME does not name it
 */
export function impliedStack(variables: Variables, home?: string): ImpliedStack {
  const named = variable(variables, "PULUMI_STACK");
  if (named !== undefined) return { reference: named, source: "PULUMI_STACK" };
  const selected = selectedStack(variable(variables, "PULUMI_HOME") ?? home);
  if (selected !== undefined) return { reference: selected, source: "`pulumi stack select`" };
  return { reference: defaultStack, source: "the default" };
}

/** What `pulumi stack select` chose for this folder; the engine keeps it by project and path (sdk/go/common/workspace). */
export function selectedStack(home = join(homedir(), ".pulumi"), root = repositoryRoot): string | undefined {
  const hash = createHash("sha1").update(join(root, "Pulumi.yaml")).digest("hex");
  const text = readIfThere(join(home, "workspaces", `${projectName}-${hash}-workspace.json`));
  if (text === undefined) return undefined;
  try {
    const { stack } = JSON.parse(text) as { readonly stack?: unknown };
    return typeof stack === "string" && stack !== "" ? stack : undefined;
  } catch {
    return undefined; // cut short: the engine does not know either
  }
}

/**
 * A text whose canaryctl commands act on this stack when they are run as they are printed. Only where the stack is the default one, and
 * nothing in the environment names another, is that the case without `--stack`. A command of the group `stack` names its stacks by itself.
 */
export function withStack(text: string, reference: string, implied: ImpliedStack): string {
  const name = shortened(reference);
  if (name === defaultStack && shortened(implied.reference) === defaultStack) return text;
  return text.replaceAll(/\bnpx canaryctl (?!--stack\b|stack )/g, `npx canaryctl --stack ${quoted(name)} `);
}

/** Without what a folder as the backend gives every stack. */
export const shortened = (reference: string): string =>
  reference.startsWith(`${folderOrganization}/${projectName}/`) ? (reference.split("/")[2] ?? "") : reference;
