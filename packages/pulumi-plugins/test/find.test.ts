import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { findPlugin, languageHostBeside, programIn } from "../src/find.ts";
import { isWrapper, renderWrapper, writeWrapper } from "../src/wrapper.ts";

const spec = { name: "kubernetes", version: "4.34.2" } as const;
const folder = () => mkdtempSync(join(tmpdir(), "plugins-"));

function program(file: string, content = "real"): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, 0o755);
  return file;
}

describe("a provider plugin", () => {
  const substitute = renderWrapper("/node", "/main.ts", "/cache");

  test("is nowhere at first", () => {
    expect(findPlugin(spec, "/nowhere", folder(), folder())).toBeUndefined();
  });

  test("is taken from PATH first, then from the user's home, then from our own", () => {
    const [path, user, lab] = [folder(), folder(), folder()];
    const find = () => findPlugin(spec, `/nowhere:${path}`, user, lab);
    const own = program(programIn(lab, spec), substitute);
    expect(find()).toEqual({ source: "substitute", file: own });
    program(own, "downloaded");
    expect(find()).toEqual({ source: "download", file: own });
    const users = program(programIn(user, spec));
    expect(find()).toEqual({ source: "PULUMI_HOME", file: users });
    const ambient = program(join(path, "pulumi-resource-kubernetes"));
    expect(find()).toEqual({ source: "PATH", file: ambient });
  });

  test("lies where the CLI looks for it", () => {
    expect(programIn("/home/u/.pulumi", spec)).toBe(
      "/home/u/.pulumi/plugins/resource-kubernetes-v4.34.2/pulumi-resource-kubernetes",
    );
  });

  test("of another checkout's making is no real one, nor is what cannot be run", () => {
    const [user, lab] = [folder(), folder()];
    const users = program(programIn(user, spec), substitute);
    expect(findPlugin(spec, undefined, user, lab)).toBeUndefined();
    program(users);
    chmodSync(users, 0o644);
    expect(findPlugin(spec, undefined, user, lab)).toBeUndefined();
  });

  test("that was linked from the user's home is still known as such where ours is the only home", () => {
    const [user, lab] = [folder(), folder()];
    const own = programIn(lab, spec);
    mkdirSync(dirname(own), { recursive: true });
    symlinkSync(program(programIn(user, spec)), own);
    expect(findPlugin(spec, undefined, lab, lab)).toEqual({ source: "PULUMI_HOME", file: own });
  });
});

describe("the language host", () => {
  test("belongs beside the CLI itself, not beside a link to it", () => {
    const [tool, bin] = [folder(), folder()];
    program(join(tool, "pulumi"));
    symlinkSync(join(tool, "pulumi"), join(bin, "pulumi"));
    const file = join(tool, "pulumi-language-nodejs");
    expect(languageHostBeside(join(bin, "pulumi"))).toEqual({ file, isReal: false });
    program(file, renderWrapper("/node", "/main.ts", "/cache"));
    expect(languageHostBeside(join(bin, "pulumi")).isReal).toBe(false);
    program(file);
    expect(languageHostBeside(join(bin, "pulumi")).isReal).toBe(true);
  });
});

describe("a wrapper", () => {
  test("becomes Node on the plugin, with its arguments, whatever the paths hold", () => {
    const place = join(folder(), "it's a $HOME");
    const node = program(join(place, "node"), '#!/bin/sh\nprintf "%s|" "$NODE_COMPILE_CACHE" "$@"');
    const file = program(join(place, "plugin"), renderWrapper(node, join(place, "main.ts"), join(place, "cache")));
    expect(execFileSync(file, ["-v=3", "127.0.0.1:1"], { encoding: "utf8" })).toBe(
      `${place}/cache|${place}/main.ts|-v=3|127.0.0.1:1|`,
    );
    expect(isWrapper(readFileSync(file, "utf8"))).toBe(true);
    expect(isWrapper("#!/bin/sh\n# Stand-in of canary-lab, written by `canaryctl up`.\n")).toBe(true);
  });

  test("is for the user alone, and is left alone where it is right", () => {
    const file = join(folder(), "plugin");
    writeWrapper({ file, node: "/node", plugin: "docker", compileCache: "/cache" });
    const { mode, ino } = statSync(file);
    expect(mode & 0o777).toBe(0o700);
    expect(readFileSync(file, "utf8")).toMatch(/src\/docker\/main\.ts "\$@"\n$/);
    writeWrapper({ file, node: "/node", plugin: "docker", compileCache: "/cache" });
    expect(statSync(file).ino).toBe(ino);
    writeWrapper({ file, node: "/other/node", plugin: "docker", compileCache: "/cache" });
    expect(readFileSync(file, "utf8")).toContain("exec /other/node ");
  });
});
