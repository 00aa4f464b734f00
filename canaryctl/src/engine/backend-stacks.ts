import { UserError } from "@canary-lab/kit/user-error";
import type { Environment } from "../../../cluster/target.ts";
import { defaultStack, ownName } from "../../../stacks/stack-name.ts";
import { FileState } from "./file-state.ts";
import { errorsIn } from "./output.ts";
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
  const { code, lines } = await run({ args, variables: engineVariables(environment, variables), onLine: () => {} });
  if (code !== 0) {
    throw new UserError(
      `The stacks of the backend are not known: ${errorsIn(lines).join("; ") || lines.at(-1) || ""}`,
      {
        place: backendUrl(variables),
        next: "pulumi stack ls",
      },
    );
  }
  const listed = JSON.parse(lines.join("\n")) as readonly { readonly name: string }[];
  return listed.map(({ name }) => ownName(name));
}
