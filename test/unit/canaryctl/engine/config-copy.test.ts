import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { withConfigCopy, withoutWrongSalt } from "../../../../canaryctl/src/engine/config-copy.ts";
import { SecretsError } from "../../../../canaryctl/src/engine/secrets-failure.ts";
import { Mask } from "../../../../canaryctl/src/mask.ts";
import { previewLab } from "../../../../canaryctl/src/preview/preview-stacks.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { fakeLab, projectFolder } from "../fake-lab.ts";
import { recordedLines } from "../preview/recordings.ts";

/** As the engine does where the file has none. */
const addSalt = (path: string) => appendFileSync(path, "encryptionsalt: v1:of-another-passphrase\n");

test("a preview for programs leaves the stack's file as it is, whatever the engine writes", async () => {
  const { lab, file } = fakeLab();
  const before = file();
  let written = "";
  const engine = {
    ...lab.engine,
    previewEvents: async (path: string) => {
      written = path;
      expect(readFileSync(path, "utf8")).toBe(before);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      addSalt(path);
      return recordedLines("none");
    },
  };
  await previewLab("dev", { ...lab, engine }, new Mask());
  expect(file()).toBe(before);
  expect(existsSync(written)).toBe(false);
});

test("the copy goes where the engine fails, too", async () => {
  const { lab } = fakeLab();
  let copy = "";
  const failing = withConfigCopy(lab.stackFile, async (path) => {
    copy = path;
    throw new Error("it failed");
  });
  await expect(failing).rejects.toThrow("it failed");
  expect(existsSync(copy)).toBe(false);
});

describe("a command that goes by the stack's own file", () => {
  const salted = async (before: string, error?: Error) => {
    const file = new StackFile("dev", projectFolder(before));
    const work = async () => {
      if (!before.includes("encryptionsalt")) addSalt(file.path);
      if (error) throw error;
    };
    await withoutWrongSalt(file, (failure) => failure instanceof SecretsError, work).catch((failure) => {
      if (failure !== error) throw failure;
    });
    return readFileSync(file.path, "utf8");
  };
  const config = 'config:\n  canary-lab:canaryWeight: "0"\n';
  const own = `${config}encryptionsalt: v1:own\n`;

  test.each([
    [
      "keeps the salt of an update that succeeded",
      config,
      undefined,
      `${config}encryptionsalt: v1:of-another-passphrase\n`,
    ],
    ["keeps no salt of a passphrase that was refused", config, new SecretsError("incorrect passphrase"), config],
    ["keeps the salt that was there", own, new SecretsError("incorrect passphrase"), own],
    [
      "keeps the salt of an update that failed by something else",
      config,
      new Error("a pod cannot start"),
      `${config}encryptionsalt: v1:of-another-passphrase\n`,
    ],
  ])("%s", async (_, before, error, after) => {
    expect(await salted(before, error)).toBe(after);
  });
});
