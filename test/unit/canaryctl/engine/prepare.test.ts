import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { NoStackError } from "../../../../canaryctl/src/engine/engine.ts";
import { prepareStack } from "../../../../canaryctl/src/engine/prepare.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { fakeLab, projectFolder } from "../fake-lab.ts";

// With a passphrase of the user's own, no file of the lab is made.
const before = process.env.PULUMI_CONFIG_PASSPHRASE;
beforeEach(() => {
  process.env.PULUMI_CONFIG_PASSPHRASE = "a user's own";
  delete process.env.PULUMI_HOME;
});
afterEach(() => {
  if (before === undefined) delete process.env.PULUMI_CONFIG_PASSPHRASE;
  else process.env.PULUMI_CONFIG_PASSPHRASE = before;
});

const salted = 'config:\n  canary-lab:canaryWeight: "10"\nencryptionsalt: v1:old\n';

function labWith(text: string, isInBackend: boolean, stack = "dev") {
  const { lab: fake, log } = fakeLab();
  const variables = { PULUMI_HOME: mkdtempSync(join(tmpdir(), "pulumi-home-")) };
  const lab = { ...fake, environment: { ...fake.environment, variables } };
  const stackFile = new StackFile(stack, projectFolder(text, stack));
  const exportState = () =>
    isInBackend ? lab.engine.exportState() : Promise.reject(new NoStackError("no stack named 'dev' found"));
  return { lab: { ...lab, stackFile, engine: { ...lab.engine, exportState } }, log };
}

describe("prepareStack", () => {
  test("leaves a stack that is there alone, with its salt", async () => {
    const { lab, log } = labWith(salted, true);
    await prepareStack(lab);
    expect(log).toEqual(["selectStack"]);
    expect(readFileSync(lab.stackFile.path, "utf8")).toContain("encryptionsalt: v1:old");
  });

  test("a new stack does not inherit the salt of an older one", async () => {
    const { lab, log } = labWith(salted, false);
    await prepareStack(lab);
    expect(log).toEqual(["createStack", "selectStack"]);
    expect(readFileSync(lab.stackFile.path, "utf8")).not.toContain("encryptionsalt");
  });

  test("selects the default stack where none is, and no other one: plain pulumi then means what canaryctl means", async () => {
    const { lab, log } = labWith(salted, false, "prod");
    await prepareStack(lab);
    expect(log).toEqual(["createStack"]);
  });

  test("but keeps the one that its secrets were encrypted with", async () => {
    const { lab } = labWith("config:\n  other:key:\n    secure: v1:x\nencryptionsalt: v1:old\n", false);
    await prepareStack(lab);
    expect(readFileSync(lab.stackFile.path, "utf8")).toContain("encryptionsalt: v1:old");
  });
});

test("secrets without their passphrase are an error that says so", async () => {
  delete process.env.PULUMI_CONFIG_PASSPHRASE;
  const missing = join(mkdtempSync(join(tmpdir(), "passphrase-")), "none");
  const { lab } = labWith("config:\n  other:key:\n    secure: v1:x\nencryptionsalt: v1:old\n", false);
  await expect(prepareStack(lab, missing)).rejects.toThrow(/holds secrets/);
});
