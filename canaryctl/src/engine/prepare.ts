import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { variable } from "@canary-lab/kit/variables";
import { defaultStack, selectedStack } from "../../../stacks/stack-name.ts";
import type { Lab } from "../lab.ts";
import { backendKind, shownBackend } from "./backend.ts";
import { isInBackend } from "./state.ts";
import { backendUrl, ensurePassphrase, hasOwnPassphrase, passphraseFile } from "./variables.ts";

/**
 * Makes sure that the stack is in the backend, and that the engine can encrypt for it.
 *
 * A stack's file is tied to one passphrase by its line `encryptionsalt`, and a new `.lab/` has a new passphrase. A line that is left
 * from an older one is taken out, where nothing is encrypted with it.
 *
 * A folder of states is this user's, and its passphrase the lab's. A store is shared: a passphrase that was made up here would shut
 * everybody else out of the stack.
 *
 * @throws UserError where something is encrypted, and its passphrase is not at hand, or where a store's is not given
 */
export async function prepareStack(lab: Lab, passphrase = passphraseFile()): Promise<void> {
  const { engine, environment, stackFile, state } = lab;
  const isOwn = hasOwnPassphrase(process.env);
  const isKnown = isOwn || existsSync(passphrase);
  const provider = stackFile.secretsProvider();
  const isThere = state ? state.exists() : await isInBackend(engine);
  const url = backendUrl(process.env);
  if (backendKind(url) === "store" && provider === undefined && !isOwn && !(isThere && isKnown)) {
    throw noPassphrase(shownBackend(url), stackFile.name);
  }
  if (!isThere && stackFile.hasSecrets() && !isKnown && provider === undefined) {
    throw new UserError(
      `${stackFile.name} holds secrets, and the passphrase that they were encrypted with is not here.`,
      {
        place: stackFile.path,
        first: "export PULUMI_CONFIG_PASSPHRASE with that passphrase, or remove the secrets from the file",
        next: "npx canaryctl up",
      },
    );
  }
  if (provider === undefined) ensurePassphrase(process.env, passphrase);
  if (!isThere) await create(lab);
  // Plain `pulumi` then means the stack that canaryctl means. A choice of the user's stays, and none is made for another stack.
  const home = variable(process.env, "PULUMI_HOME") ?? environment.variables.PULUMI_HOME;
  if (stackFile.stack === defaultStack && selectedStack(home) === undefined) await engine.selectStack();
}

async function create({ engine, stackFile, state }: Lab): Promise<void> {
  if (state) makePrivateFolder(fileURLToPath(backendUrl(process.env)));
  if (!stackFile.hasSecrets()) stackFile.dropSalt();
  await engine.createStack(stackFile.secretsProvider());
}

const noPassphrase = (where: string, file: string): UserError =>
  new UserError(`The state is in ${where}, which other machines use too, and there is no passphrase for its secrets.`, {
    place: "PULUMI_CONFIG_PASSPHRASE",
    allowed: `a passphrase, by that variable or PULUMI_CONFIG_PASSPHRASE_FILE; or a key service, by secretsprovider in ${file}`,
    first: "export PULUMI_CONFIG_PASSPHRASE with the passphrase of the stack; for a new stack, with one that you keep",
    next: "npx canaryctl up",
  });
