import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { variable } from "@canary-lab/kit/variables";
import { defaultStack, selectedStack } from "../../../stacks/stack-name.ts";
import type { Lab } from "../lab.ts";
import { isInBackend } from "./engine.ts";
import { backendUrl, ensurePassphrase, hasOwnPassphrase, passphraseFile } from "./variables.ts";

/**
 * Makes sure that the stack is in the backend, and that the engine can encrypt for it.
 *
 * A stack's file is tied to one passphrase by its line `encryptionsalt`, and a new `.lab/` has a new passphrase. A line that is left
 * from an older one is taken out, where nothing is encrypted with it.
 *
 * @throws UserError where something is, and its passphrase is not at hand
 */
export async function prepareStack(lab: Lab, passphrase = passphraseFile()): Promise<void> {
  const { engine, environment, stackFile, state } = lab;
  const isKnown = hasOwnPassphrase(process.env) || existsSync(passphrase);
  const isThere = state ? state.exists() : await isInBackend(engine);
  if (!isThere && stackFile.hasSecrets() && !isKnown) {
    throw new UserError(
      `${stackFile.name} holds secrets, and the passphrase that they were encrypted with is not here.`,
      {
        place: stackFile.path,
        first: "export PULUMI_CONFIG_PASSPHRASE with that passphrase, or remove the secrets from the file",
        next: "npx canaryctl up",
      },
    );
  }
  ensurePassphrase(process.env);
  if (!isThere) await create(lab);
  // Plain `pulumi` then means the stack that canaryctl means. A choice of the user's stays, and none is made for another stack.
  const home = variable(process.env, "PULUMI_HOME") ?? environment.variables.PULUMI_HOME;
  if (stackFile.stack === defaultStack && selectedStack(home) === undefined) await engine.selectStack();
}

async function create({ engine, stackFile, state }: Lab): Promise<void> {
  if (state) makePrivateFolder(fileURLToPath(backendUrl(process.env)));
  if (!stackFile.hasSecrets()) stackFile.dropSalt();
  await engine.createStack();
}
