import { expect, test } from "@jest/globals";
import { secretsFailure } from "../../../../canaryctl/src/engine/secrets-failure.ts";
import { passphraseFile } from "../../../../canaryctl/src/engine/variables.ts";

const manager = "getting stack configuration: get stack secrets manager: ";
const missing = `${manager}unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /x: no such file or directory`;

test.each([
  [
    "no file of the user's",
    missing,
    { PULUMI_CONFIG_PASSPHRASE_FILE: "/x" },
    /^There is no passphrase/,
    "PULUMI_CONFIG_PASSPHRASE_FILE (/x)",
  ],
  [
    "none at all",
    missing,
    { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() },
    /^There is no passphrase/,
    "PULUMI_CONFIG_PASSPHRASE",
  ],
  [
    "a wrong one",
    `${manager}incorrect passphrase`,
    { PULUMI_CONFIG_PASSPHRASE: "" },
    /is not the one/,
    "PULUMI_CONFIG_PASSPHRASE",
  ],
  [
    "a wrong one in a file",
    `${manager}incorrect passphrase`,
    { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() },
    /is not the one/,
    `PULUMI_CONFIG_PASSPHRASE_FILE (${passphraseFile()})`,
  ],
  [
    "a key service",
    `${manager}open keeper awskms://x: no access`,
    {},
    /cannot be used: open keeper awskms:\/\/x: no access$/,
    "secretsprovider in Pulumi.qa.yaml",
  ],
])("%s", (_, error, variables, cause, place) => {
  const failure = secretsFailure(["first", error], "qa", variables);
  expect(failure?.message).toMatch(cause);
  expect(failure).toMatchObject({ place, next: "npx canaryctl status" });
  expect(failure?.allowed).toBeDefined();
});

test("other errors are not about secrets", () => {
  expect(secretsFailure(["quota exceeded"], "qa", {})).toBeUndefined();
});
