import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "@canary-lab/kit/until";
import { describe, expect, test } from "@jest/globals";
import { copyImage, mergedConfig } from "../../../../canaryctl/src/stack/copy-image.ts";
import { fakeLab } from "../fake-lab.ts";

const folder = () => mkdtempSync(join(tmpdir(), "copy-"));
const copy = { from: "r:5000/echo@sha256:0", to: "s/echo:v2", next: "npx canaryctl stack promote dev prod" };

/** A stack whose registry has these credentials. */
function way(auth: string, path: readonly string[] = []) {
  const config = folder();
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [`${auth}.example`]: { auth } } }));
  return { ...fakeLab().lab.environment, path, variables: { DOCKER_CONFIG: config } };
}

/** A program that notes how it was called, and with which config. */
function program(name: string, exit = 0) {
  const bin = folder();
  const text = `#!/bin/sh\n{ echo "$@"; echo "$DOCKER_CONFIG"; cat "$DOCKER_CONFIG/config.json"; } >${bin}/called\necho no such manifest >&2\nexit ${exit}\n`;
  writeFileSync(join(bin, name), text);
  chmodSync(join(bin, name), 0o755);
  const called = () => readFileSync(join(bin, "called"), "utf8").split("\n");
  return { bin, called };
}

describe("an image is copied", () => {
  test.each([
    ["crane", "copy r:5000/echo@sha256:0 s/echo:v2"],
    ["skopeo", "copy --all --preserve-digests docker://r:5000/echo@sha256:0 docker://s/echo:v2"],
  ])("by %s, with the credentials of both registries in a file that is gone afterwards", async (name, line) => {
    const { bin, called } = program(name);
    await copyImage(copy, { from: way("one", [bin]), to: way("two") }, { PATH: "/usr/bin:/bin" });
    const [args, config = "", content = ""] = called();
    expect(args).toBe(line);
    expect(JSON.parse(content).auths).toEqual({ "one.example": { auth: "one" }, "two.example": { auth: "two" } });
    expect(existsSync(dirname(join(config, "config.json")))).toBe(false);
  });

  test("with trust in the authorities of the lab's registries, beside those that the user trusts", async () => {
    const bin = folder();
    const seen = join(bin, "seen");
    const script = `#!/bin/sh\necho "$SSL_CERT_DIR" >${seen}; cat "\${SSL_CERT_DIR%%:*}"/* >>${seen}\n`;
    writeFileSync(join(bin, "crane"), script, { mode: 0o755 });
    const registryAuthority = join(bin, "ca.crt");
    writeFileSync(registryAuthority, "the lab's certificate");
    const ways = { from: { ...way("one", [bin]), registryAuthority }, to: { ...way("two"), registryAuthority } };
    await copyImage(copy, ways, { PATH: "/usr/bin:/bin", SSL_CERT_DIR: "/their/own" });
    const [folders = "", certificates] = readFileSync(seen, "utf8").split("\n");
    expect([folders.split(":")[1], certificates]).toEqual(["/their/own", "the lab's certificate"]);
    await copyImage(copy, ways, { PATH: "/usr/bin:/bin" });
    expect(readFileSync(seen, "utf8").split("\n")[0]).toMatch(/^[^:]+:\/etc\/ssl\/certs:\/etc\/pki\/tls\/certs$/);
    expect(existsSync(folders.split(":")[0] ?? "")).toBe(false);
  });

  test("or refused with the program's own words, or with what to install", async () => {
    const { bin } = program("crane", 1);
    const ways = { from: way("one", [bin]), to: way("two") };
    await expect(copyImage(copy, ways, { PATH: "/usr/bin:/bin" })).rejects.toThrow(/no such manifest/);
    await expect(copyImage(copy, { ...ways, from: way("one") }, { PATH: "/nonexistent" })).rejects.toMatchObject({
      allowed: "crane or skopeo",
    });
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a copy that %s ends leaves no credentials and no program behind",
  async (signal) => {
    const bin = folder();
    const text = `#!/bin/sh\necho "$$ $DOCKER_CONFIG" >${bin}/draft && mv ${bin}/draft ${bin}/called\nexec sleep 60\n`;
    writeFileSync(join(bin, "crane"), text, { mode: 0o755 });
    const ways = { from: way("one", [bin]), to: way("two") };
    const source = new URL("../../../../canaryctl/src/stack/copy-image.ts", import.meta.url).href;
    const script = `const { copyImage } = await import(${JSON.stringify(source)});
      await copyImage(...${JSON.stringify([copy, ways])}, { PATH: "/usr/bin:/bin" }).catch(({ name, message }) => console.log(message));`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = child.stdout.toArray();
    const isCalled = await until(async () => existsSync(join(bin, "called")), { seconds: 20, everyMilliseconds: 20 });
    expect(isCalled).toBe(true);
    const [pid, config = ""] = readFileSync(join(bin, "called"), "utf8").trim().split(" ");
    expect(existsSync(join(config, "config.json"))).toBe(true);
    child.kill(signal);
    await once(child, "exit");
    expect(existsSync(config)).toBe(false);
    expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
    expect(String(await said)).toMatch(/^Interrupted\. .*s\/echo:v2/);
  },
);

test("of a registry that both configs know the first one's credentials count", () => {
  const one = { auths: { r: { auth: "1" } }, credsStore: "pass" };
  const other = { auths: { r: { auth: "2" }, s: { auth: "3" } }, credHelpers: { s: "ecr" }, credsStore: "desktop" };
  expect(mergedConfig(one, other)).toEqual({
    auths: { r: { auth: "1" }, s: { auth: "3" } },
    credHelpers: { s: "ecr" },
    credsStore: "pass",
  });
  expect(mergedConfig({}, {})).toEqual({ auths: {}, credHelpers: {} });
});
