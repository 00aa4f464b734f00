import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { withConfigCopy } from "../../../../canaryctl/src/engine/config-copy.ts";
import { Mask } from "../../../../canaryctl/src/mask.ts";
import { previewLab } from "../../../../canaryctl/src/preview/preview-stacks.ts";
import { fakeLab } from "../fake-lab.ts";
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
