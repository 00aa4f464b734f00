import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { checksumOf, downloadReleases, findReleases, forMachine } from "../../../src/toolchain/download/release.ts";
import { exampleContext } from "../example-settings.ts";

const [a, b] = ["a".repeat(64), "b".repeat(64)];

describe("releases", () => {
  test.each([
    ["the hash alone", `${a}\n`],
    ["one line", `${a}  tool.tar.gz\n`],
    ["a list", `${b}  other.tar.gz\n${a} *tool.tar.gz\n`],
    ["a path", `${b}  ./dist/other.tar.gz\n${a}  ./dist/tool.tar.gz\n`],
    ["capitals", a.toUpperCase()],
  ])("finds a checksum in %s", (_, sums) => {
    expect(checksumOf("tool.tar.gz", sums)).toBe(a);
  });

  test.each(["", "<html>Blocked</html>", `${b}  other.tar.gz`, `${a}0  tool.tar.gz`])("finds none in %j", (sums) => {
    expect(checksumOf("tool.tar.gz", sums)).toBeUndefined();
  });

  test("addresses name the machine as upstream does", () => {
    expect(forMachine("{arch}/{cpu}", "x64")).toBe("amd64/x64");
    expect(forMachine("{arch}/{cpu}", "arm64")).toBe("arm64/arm64");
  });
});

describe("a place that publishes", () => {
  const program = "#!/bin/sh\n";
  const sha256 = createHash("sha256").update(program).digest("hex");
  const files: Record<string, string> = { "/tool": program, "/tool.sha256": sha256, "/empty.sha256": "" };
  const server = createServer((request, answer) => {
    const body = files[request.url ?? ""];
    answer.writeHead(body === undefined ? 404 : 200).end(body);
  });
  let place = "";
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  const context = exampleContext(folder);
  const release = (sums: string) => ({ url: `${place}/tool`, sums: `${place}/${sums}`, file: "tool" });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test("is used where every checksum is there", async () => {
    const found = await findReleases([release("tool.sha256")]);
    expect(found).toEqual([{ ...release("tool.sha256"), sha256 }]);
    await downloadReleases(found ?? [], folder, () => {}, context);
    expect(readFileSync(join(folder, "tool"), "utf8")).toBe(program);
    expect(statSync(join(folder, "tool")).mode & 0o111).toBe(0o111);
  });

  test.each(["missing.sha256", "empty.sha256"])("is not used where one is not: %s", async (sums) => {
    expect(await findReleases([release("tool.sha256"), release(sums)])).toBeUndefined();
  });

  test("is not used where nothing is published, or nobody answers", async () => {
    expect(await findReleases([])).toBeUndefined();
    const closed = { url: "http://127.0.0.1:1/tool", sums: "http://127.0.0.1:1/tool.sha256", file: "tool" };
    expect(await findReleases([closed])).toBeUndefined();
  });

  test("is not believed when the file is another one", async () => {
    const wrong = { ...release("tool.sha256"), sha256: "0".repeat(64) };
    await expect(downloadReleases([wrong], folder, () => {}, context)).rejects.toThrow("not what its checksum says");
  });
});
