import { UserError } from "@canary-lab/kit/user-error";
import { type Variables, variable } from "@canary-lab/kit/variables";
import { passphraseFile } from "./variables.ts";

/** The engine's words by what is wrong. */
const words = {
  missing: /passphrase must be set|unable to read PULUMI_CONFIG_PASSPHRASE_FILE/,
  wrong: /incorrect passphrase/,
  /** What it passes on of a key service. */
  provider: /^.*get stack secrets manager: /s,
} as const;

/** The engine has no key to a stack's secrets, or a wrong one. */
export class SecretsError extends UserError {
  override readonly kind = "secrets";
}

/**
 * Why the engine cannot read a stack's secrets, by its own words; undefined where they are about something else.
 *
 * @param stack its name without the organization
 * @param variables of the engine
 */
export function secretsFailure(
  errors: readonly string[],
  stack: string,
  variables: Variables,
): SecretsError | undefined {
  const error = errors.find((each) => Object.values(words).some((pattern) => pattern.test(each)));
  if (error === undefined) return undefined;
  const [isMissing, isWrong] = [words.missing.test(error), words.wrong.test(error)];
  const next = "npx canaryctl status";
  if (!isMissing && !isWrong) {
    return new SecretsError(
      `The secrets provider of stack ${stack} cannot be used: ${error.replace(words.provider, "")}`,
      {
        place: `secretsprovider in Pulumi.${stack}.yaml`,
        allowed: "a provider that this machine reaches, with its credentials in the environment",
        next,
      },
    );
  }
  return new SecretsError(
    isMissing
      ? `There is no passphrase for the secrets of stack ${stack}.`
      : `The passphrase is not the one that the secrets of stack ${stack} are encrypted with.`,
    {
      place: placeOf(variables, isMissing),
      allowed:
        "the passphrase that the stack was made with, by PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
      first: "export PULUMI_CONFIG_PASSPHRASE with that passphrase",
      next,
    },
  );
}

/** What gave the passphrase, or should have: the engine looks at the passphrase itself before the file. */
function placeOf(variables: Variables, isMissing: boolean): string {
  const file = variable(variables, "PULUMI_CONFIG_PASSPHRASE_FILE");
  const isLabs = isMissing && file === passphraseFile();
  if (variables.PULUMI_CONFIG_PASSPHRASE !== undefined || file === undefined || isLabs)
    return "PULUMI_CONFIG_PASSPHRASE";
  return `PULUMI_CONFIG_PASSPHRASE_FILE (${file})`;
}
