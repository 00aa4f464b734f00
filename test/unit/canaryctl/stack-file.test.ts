import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { StackFile } from "../../../canaryctl/src/stack-file.ts";
import { projectFolder } from "./fake-lab.ts";

const text = `# the position of the canary
config:
  canary-lab:canaryWeight: "10" # percent
  other:context: other
encryptionsalt: v1:abc
`;

const open = (content?: string) => {
  const folder = projectFolder(content);
  const file = new StackFile("dev", folder);
  return { file, folder, read: () => readFileSync(file.path, "utf8") };
};

describe("StackFile", () => {
  test("puts the stack's values in front of the project's defaults, and leaves other projects' keys out", () => {
    const values = open(
      'config:\n  canary-lab:canaryWeight: "30"\n  replicas: 3\n  other:context: other\n',
    ).file.values();
    expect(values).toMatchObject({ canaryWeight: "30", replicas: 3, strategy: "istio", canaryEnabled: true });
    expect(values).not.toHaveProperty("other:context");
    expect(values).not.toHaveProperty("context");
  });

  test("names keys that nothing reads, and hands the provider's over to be refused", () => {
    const { file } = open("config:\n  canary-labs:replicas: 3\n  kubernetes:context: other\n");
    expect(file.unreadKeys()).toEqual([expect.stringContaining("canary-labs:replicas")]);
    expect(file.values()).toMatchObject({ "kubernetes:context": "other" });
  });

  test("refuses a number that two readers read differently, where it is looked at; it can be replaced and taken out", () => {
    const { file, read } = open("config:\n  canary-lab:canaryWeight: 010\n  app: echo\n");
    expect(() => file.values()).toThrow(/canaryWeight is written 010 in line 2.*"10" or "8"/);
    expect(file.valuesOf(["app"])).toMatchObject({ app: "echo" });
    file.set({ canaryWeight: 10 });
    expect(file.values().canaryWeight).toBe("10");
    expect(file.remove(["canaryWeight", "replicas"])).toEqual(["canaryWeight"]);
    expect(read()).toBe("config:\n  app: echo\n");
  });

  test.each([undefined, "", "encryptionsalt: v1:abc\n", "config:\n"])(
    "without a config there is nothing to take out: %j",
    (content) => {
      const { file } = open(content);
      expect([file.remove(["canaryWeight"]), file.of("shop").remove(["canaryWeight"])]).toEqual([[], []]);
      expect(file.exists()).toBe(content !== undefined);
    },
  );

  test("a stack without a file has the defaults", () => {
    expect(open().file.values()).toEqual(open().file.defaults());
  });

  test("the defaults are those of the project's file as it is now", () => {
    const { file, folder } = open();
    const before = file.defaults();
    expect(new StackFile("other", folder).defaults()).toBe(before); // parsed once
    const project = join(folder, "Pulumi.yaml");
    writeFileSync(project, `${readFileSync(project, "utf8")}  added:\n    default: 1\n`);
    expect(file.defaults()).toEqual({ ...before, added: 1 });
  });

  test("an empty value is passed on as empty, for the checks to name it", () => {
    expect(open("config:\n  canary-lab:canaryWeight:\n").file.values().canaryWeight).toBe("");
  });

  test("what YAML takes for a number and JSON does not stays what it is, for the checks to name it", () => {
    const { objective } = open("config:\n  objective: {errorRate: .nan, window: .inf}\n").file.values();
    expect(objective).toBe('{"errorRate":"NaN","window":"Infinity"}');
  });

  test("writes as the engine does: text, in place, with the comments kept", () => {
    const { file, read } = open(text);
    file.set({ canaryWeight: 30, canaryEnabled: true, canaryImage: "versioned-echo:v2" });
    expect(read()).toBe(`# the position of the canary
config:
  canary-lab:canaryWeight: "30" # percent
  other:context: other
  canary-lab:canaryEnabled: "true"
  canary-lab:canaryImage: versioned-echo:v2
encryptionsalt: v1:abc
`);
  });

  test("writes a key where it stands without the prefix, and makes a file where there is none", () => {
    const bare = open("config:\n  canaryWeight: 10\n");
    bare.file.set({ canaryWeight: 0 });
    expect(bare.read()).toBe('config:\n  canaryWeight: "0"\n');
    const none = open();
    none.file.set({ canaryWeight: 0 });
    expect(none.read()).toBe('config:\n  canary-lab:canaryWeight: "0"\n');
  });

  test("restores to the byte, also to no file", () => {
    const odd = 'config:   {canary-lab:canaryWeight:    "10"}\n';
    const { file, read } = open(odd);
    file.set({ canaryWeight: 30 });
    file.restore();
    expect(read()).toBe(odd);
    const none = open();
    none.file.set({ canaryWeight: 30 });
    none.file.restore();
    expect(existsSync(none.file.path)).toBe(false);
  });

  test("leaves alone what others have written since it was opened", () => {
    const { file, read } = open(text);
    writeFileSync(file.path, text.replace("other:context: other", "canary-lab:replicas: 5"));
    expect(file.values().replicas).toBe(5);
    file.set({ canaryWeight: 30, canaryReplicas: 4 });
    expect(read()).toContain("canary-lab:replicas: 5");
    writeFileSync(file.path, read().replace('"30"', '"0"'));
    file.restore();
    expect(read()).toBe(text.replace("other:context: other", "canary-lab:replicas: 5").replace('"10"', '"0"'));
  });

  test("puts its own value back beside one that another wrote since", () => {
    const { file, read } = open(text);
    file.set({ canaryWeight: 30 });
    writeFileSync(file.path, read().replace("context: other", "context: third"));
    file.restore();
    expect(read()).toBe(text.replace("context: other", "context: third"));
  });

  test("drops the salt alone, and with it a file that holds nothing else", () => {
    const { file, read } = open(text);
    file.dropSalt();
    expect(read()).toBe(text.replace("encryptionsalt: v1:abc\n", ""));
    const salt = open("encryptionsalt: v1:abc\n");
    salt.file.dropSalt();
    expect(existsSync(join(salt.folder, "Pulumi.dev.yaml"))).toBe(false);
  });

  test("a file without a salt is not touched", () => {
    const odd = 'config:   {canary-lab:canaryWeight:    "10"}\n';
    const { file, read } = open(odd);
    file.dropSalt();
    expect(read()).toBe(odd);
  });

  test("sees secrets, and refuses them for its own keys", () => {
    const { file } = open("config:\n  canary-lab:canaryWeight:\n    secure: v1:x\n");
    expect(file.hasSecrets()).toBe(true);
    expect(() => file.values()).toThrow(/canaryWeight is encrypted/);
    expect(open(text).file.hasSecrets()).toBe(false);
  });

  test.each(["", "../dev", "a b", "x".repeat(101)])("refuses the stack name %j", (name) => {
    expect(() => new StackFile(name, projectFolder())).toThrow(UserError);
  });

  test("that cannot be written is told in words", () => {
    const { file, folder } = open("config: {}\n");
    rmSync(folder, { recursive: true });
    expect(() => file.set({ replicas: 3 })).toThrow(UserError);
    expect(() => file.set({ replicas: 3 })).toThrow(/^Pulumi.dev.yaml cannot be written: ENOENT/);
  });

  test.each(["config: [\n", "config: 5\n", "config:\n  - a\n"])("says where a broken file is: %j", (content) => {
    const broken = () => open(content).file.values();
    expect(broken).toThrow(UserError);
    try {
      broken();
    } catch (error) {
      expect((error as UserError).place).toContain("Pulumi.dev.yaml");
    }
  });
});
