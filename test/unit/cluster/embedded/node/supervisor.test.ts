import { describe, expect, test } from "@jest/globals";
import type { MarkedProcess } from "../../../../../cluster/embedded/node/proc.ts";
import type { ProcessSpec } from "../../../../../cluster/embedded/node/processes/process-spec.ts";
import { ownProcesses, specDigest } from "../../../../../cluster/embedded/node/supervisor.ts";

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
    ["a certificate", {}, { "/pki/registry.pem": "new" }],
    ["the program", {}, { "/bin/registry": "new" }],
  ])("changes with %s", (_, change, contents) => {
    expect(specDigest({ ...spec, ...change }, read(contents))).not.toBe(digest);
  });
  test("does not change with how long one waits", () =>
    expect(specDigest({ ...spec, readySeconds: 2 }, read())).toBe(digest));
});

describe("the node's own processes", () => {
  const lab = "/home/me/.lab";
  const process = (pid: number, parent: number, more: Partial<MarkedProcess> = {}): MarkedProcess => ({
    pid,
    parent,
    startTicks: 1,
    lab,
    name: "containerd",
    digest: "abc",
    command: "containerd --config x",
    ...more,
  });

  test("are those that the lab started, not what they started in turn", () => {
    const own = process(10, 1);
    const shim = process(11, 1, { command: "/bin/containerd-shim-runc-v2 -id 1" });
    const plugin = process(12, 10, { command: "/cni/bridge" });
    expect(ownProcesses([own, shim, plugin], lab)).toEqual([own]);
  });
  test("are not those of another lab", () => {
    expect(ownProcesses([process(10, 1, { lab: "/home/you/.lab" })], lab)).toEqual([]);
  });
});
