import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { NoStackError } from "../../../../canaryctl/src/engine/engine-failure.ts";
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

test("a key service that the file names makes the stack, whatever passphrase there is", async () => {
  const text = "secretsprovider: awskms://alias/x\nencryptedkey: abc\nconfig:\n  other:key:\n    secure: v1:x\n";
  delete process.env.PULUMI_CONFIG_PASSPHRASE;
  const { lab, log } = labWith(text, false, "prod");
  await prepareStack(lab, join(mkdtempSync(join(tmpdir(), "passphrase-")), "none"));
  expect(log).toEqual(["createStack awskms://alias/x"]);
  expect(readFileSync(lab.stackFile.path, "utf8")).toBe(text);
});

describe("a state that other machines use too", () => {
  const { PULUMI_BACKEND_URL: ownUrl } = process.env;
  beforeEach(() => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    process.env.PULUMI_BACKEND_URL = "s3://state?endpoint=x";
  });
  afterEach(() => {
    if (ownUrl === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = ownUrl;
  });
  const file = (name: string) => join(mkdtempSync(join(tmpdir(), "passphrase-")), name);
  const ofLab = () => {
    const path = file("passphrase");
    writeFileSync(path, "made up here");
    return path;
  };

  test.each([
    ["a stack that is there, and no passphrase", true, () => file("none")],
    ["a new stack, and no passphrase", false, () => file("none")],
    ["a new stack, and a passphrase that only this machine has", false, ofLab],
  ])("%s: is refused before anything is made", async (_, isThere, passphrase) => {
    const { lab, log } = labWith("config: {}\n", isThere, "qa");
    await expect(prepareStack(lab, passphrase())).rejects.toMatchObject({
      message: expect.stringMatching(/^The state is in s3:\/\/state, /),
      place: "PULUMI_CONFIG_PASSPHRASE",
      next: "npx canaryctl up",
    });
    expect(log).toEqual([]);
  });

  test("a passphrase of the user's is taken, an empty one too", async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "";
    const { lab, log } = labWith("config: {}\n", false, "qa");
    await prepareStack(lab, file("none"));
    expect(log).toEqual(["createStack"]);
  });

  test("the lab's may be the one that a stack there was made with", async () => {
    const { lab } = labWith("config: {}\n", true, "qa");
    await expect(prepareStack(lab, ofLab())).resolves.toBeUndefined();
  });
});

test("secrets without their passphrase are an error that says so", async () => {
  delete process.env.PULUMI_CONFIG_PASSPHRASE;
  const missing = join(mkdtempSync(join(tmpdir(), "passphrase-")), "none");
  const { lab } = labWith("config:\n  other:key:\n    secure: v1:x\nencryptionsalt: v1:old\n", false);
  await expect(prepareStack(lab, missing)).rejects.toThrow(/holds secrets/);
});
