import { ownName, parseStackName } from "../../../stacks/stack-name.ts";
import { backendKind } from "./backend.ts";
import { answerIn } from "./output.ts";
import type { EngineExit } from "./process.ts";

/** How the engine is asked whether an update holds a stack. */
interface LockQuestion {
  readonly args: readonly string[];
  /** Whether it said that nobody does. */
  readonly isFree: (exit: EngineExit) => boolean;
  /** Where the service shows the update that runs, where it said that one does; a store's own words name the lock. */
  readonly runningAt: (exit: EngineExit) => string | undefined;
}

/**
 * The engine has no command that shows locks. In a store each command that changes a stack looks for them first, and one whose new name is the
 * old one then ends, with nothing changed. Pulumi's service says of each stack in its list whether an update is in progress.
 *
 * @param url of the backend
 * @param reference of the stack
 */
export function lockQuestion(url: string, reference: string): LockQuestion {
  const { stack, organization } = parseStackName(reference);
  if (backendKind(url) !== "service") {
    return {
      args: ["stack", "rename", reference, "--stack", reference],
      isFree: ({ lines }) =>
        lines.some((line) => /^error: (?:a stack named \S+ already exists|no stack named )/.test(line)),
      runningAt: () => undefined,
    };
  }
  const ofStack = (exit: EngineExit) =>
    exit.code === 0
      ? answerIn<readonly ListedStack[]>("stack ls", exit).find(
          ({ name, updateInProgress }) => ownName(name) === stack && updateInProgress,
        )
      : undefined;
  return {
    args: ["stack", "ls", "--json", ...(organization === undefined ? [] : ["--organization", organization])],
    isFree: (exit) => exit.code === 0 && !ofStack(exit),
    runningAt: (exit) => {
      const held = ofStack(exit);
      return held && (held.url ?? url);
    },
  };
}

interface ListedStack {
  readonly name: string;
  readonly updateInProgress?: boolean;
  readonly url?: string;
}
