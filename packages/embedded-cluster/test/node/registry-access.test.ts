import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { nodeLayout } from "../../src/node/layout.ts";
import { authorityFile } from "../../src/node/pki/files.ts";
import {
  admits,
  ensureRegistryAccess,
  passwordIn,
  registryAccessFiles,
  renderRegistryHosts,
} from "../../src/node/pki/registry-access.ts";
import { exampleSpec } from "./node-spec.ts";

const { addresses } = exampleSpec();
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "canary-lab-registry-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const make = () => {
  const layout = nodeLayout(home);
  writePrivateFile(authorityFile(layout.pki, "ca"), "the cluster's authority");
  ensureRegistryAccess(layout, addresses);
  const { htpasswd, dockerConfig } = registryAccessFiles(layout);
  const password = passwordIn(addresses.registryHost, readFileSync(join(dockerConfig, "config.json"), "utf8")) ?? "";
  return { layout, htpasswd, dockerConfig, password };
};

test("the password of the registry is long, its own in each cluster, and admitted by the hash", () => {
  const { htpasswd, password } = make();
  expect(password).toMatch(/^[\w-]{43}$/);
  expect(readFileSync(htpasswd, "utf8")).toMatch(/^canary-lab:\$2[aby]\$04\$\S{53}\n$/);
  expect(admits(readFileSync(htpasswd, "utf8"), password)).toBe(true);
  expect(admits(readFileSync(htpasswd, "utf8"), `${password}x`)).toBe(false);
  rmSync(home, { recursive: true });
  expect(make().password).not.toBe(password);
});

test("every file with the password or its hash is the user's alone", () => {
  make();
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const authorities = ["ca.crt", "ca.crt"]; // the cluster's, and a copy for who pushes
  expect(files.map(({ name }) => name).sort()).toEqual([
    ...authorities,
    "config.json",
    "hosts.toml",
    "registry.htpasswd",
  ]);
  for (const { parentPath, name } of files) expect(statSync(join(parentPath, name)).mode & 0o777).toBe(0o600);
});

test("who pushes finds the registry's authority where Docker Desktop looks for it", () => {
  const { dockerConfig } = make();
  const file = join(dockerConfig, "certs.d", addresses.registryHost, "ca.crt");
  expect(readFileSync(file, "utf8")).toBe("the cluster's authority");
});

test("what is there is kept, and a file that is lost or spoiled is made again", () => {
  const first = make();
  const hash = readFileSync(first.htpasswd, "utf8");
  expect(readFileSync(make().htpasswd, "utf8")).toBe(hash);
  rmSync(first.htpasswd);
  expect(make().password).toBe(first.password);
  rmSync(join(first.dockerConfig, "config.json"));
  const second = make();
  expect(second.password).not.toBe(first.password);
  expect(admits(readFileSync(second.htpasswd, "utf8"), second.password)).toBe(true);
});

test("containerd shows the password and verifies the registry by the cluster's authority", () => {
  const hosts = renderRegistryHosts(nodeLayout("/home/me/canary-lab/.lab"), addresses.registryHost, "secret");
  expect(hosts).toContain('ca = "/home/me/canary-lab/.lab/node/pki/ca.crt"');
  expect(hosts).toContain(`authorization = "Basic ${Buffer.from("canary-lab:secret").toString("base64")}"`);
  expect(hosts).not.toContain("skip_verify");
});
