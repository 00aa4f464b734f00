import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { Lab } from "../lab.ts";
import { NoStackError } from "./engine.ts";
import { backendUrl, ensurePassphrase, hasOwnPassphrase, passphraseFile } from "./variables.ts";

/**
 * Makes sure that the stack is in the backend, and that the engine can encrypt for it.
 *
 * A stack's file is tied to one passphrase by its line `encryptionsalt`, and a new `.lab/` has a new passphrase. A line that is left
 * from an older one is taken out, where nothing is encrypted with it.
 *
 * @throws UserError where something is, and its passphrase is not at hand
 */
export async function prepareStack({ engine, stackFile, state }: Lab, passphrase = passphraseFile()): Promise<void> {
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
  if (isThere) return;
  if (state) makePrivateFolder(fileURLToPath(backendUrl(process.env)));
  if (!stackFile.hasSecrets()) stackFile.dropSalt();
  await engine.createStack();
}

async function isInBackend(engine: Lab["engine"]): Promise<boolean> {
  try {
    await engine.exportState();
    return true;
  } catch (error) {
    if (error instanceof NoStackError) return false;
    throw error;
  }
}
