import { UserError } from "@canary-lab/kit/user-error";
import type { Environment } from "../../../cluster/target.ts";
import { defaultStack, ownName } from "../../../stacks/stack-name.ts";
import { backendFailure, shownBackend } from "./backend.ts";
import { FileState } from "./file-state.ts";
import { answerIn, errorsIn } from "./output.ts";
import { runPulumi } from "./process.ts";
import { backendUrl, engineVariables } from "./variables.ts";

/**
 * The stacks of this project that the backend has. The engine is asked only where the backend is no folder.
 *
 * @param environment gives the engine its place; no cluster is asked
 * @throws UserError where the engine cannot tell
 */
export async function stacksInBackend(
  environment: Environment,
  run = runPulumi,
  variables = process.env,
): Promise<readonly string[]> {
  const state = FileState.at(backendUrl(variables), defaultStack);
  if (state) return state.stacks();
  const args = ["stack", "ls", "--json", "--non-interactive", "--color", "never"];
  const exit = await run({ args, variables: engineVariables(environment, variables), onLine: () => {} });
  if (exit.code !== 0) throw unlisted(errorsIn(exit.lines), exit.lines.at(-1), backendUrl(variables));
  const listed = answerIn<readonly { readonly name: string }[]>("stack ls", exit);
  return listed.map(({ name }) => ownName(name));
}

const unlisted = (errors: readonly string[], last = "", url: string): UserError =>
  backendFailure(errors, url) ??
  new UserError(`The stacks of the backend are not known: ${errors.join("; ") || last}`, {
    place: shownBackend(url),
    next: "pulumi stack ls",
  });
