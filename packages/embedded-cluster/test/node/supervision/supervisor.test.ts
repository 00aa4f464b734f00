import { describe, expect, test } from "@jest/globals";
import type { ProcessSpec } from "../../../src/node/processes/process-spec.ts";
import { specDigest } from "../../../src/node/supervision/supervisor.ts";

describe("the digest of a spec", () => {
  const spec: ProcessSpec = {
    name: "registry",
    argv: ["/bin/registry", "serve"],
    files: { "/etc/registry.yaml": "a: 1" },
    reads: ["/pki/registry.pem"],
    after: [],
    ready: { kind: "http", url: "http://127.0.0.1:1/" },
    readySeconds: 1,
  };
  const read =
    (contents: Record<string, string> = {}) =>
    (path: string) =>
      contents[path] ?? "";
  const digest = specDigest(spec, read());

  test("is the same for the same", () => expect(specDigest({ ...spec }, read())).toBe(digest));
  test.each([
    ["an argument", { argv: ["/bin/registry", "serve", "--debug"] }, {}],
    ["the environment", { env: { A: "1" } }, {}],
    ["a rendered file", { files: { "/etc/registry.yaml": "a: 2" } }, {}],
    ["a link", { links: { "/cni/bridge": "/usr/lib/cni/bridge" } }, {}],
    ["a certificate", {}, { "/pki/registry.pem": "new" }],
    ["the program", {}, { "/bin/registry": "new" }],
  ])("changes with %s", (_, change, contents) => {
    expect(specDigest({ ...spec, ...change }, read(contents))).not.toBe(digest);
  });
  test("does not change with how long one waits", () =>
    expect(specDigest({ ...spec, readySeconds: 2 }, read())).toBe(digest));
});
