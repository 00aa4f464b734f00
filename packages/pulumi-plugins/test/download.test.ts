import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { downloadPlugin } from "../src/download.ts";

const spec = { name: "docker", version: "1.2.3" } as const;
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A place of releases that answers with these statuses, one after the other, and what it was asked for. */
async function releases(...statuses: number[]) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(statuses[asked.length - 1] ?? 500).end();
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return { place: `http://127.0.0.1:${(server.address() as AddressInfo).port}/plugins/`, asked };
}

/** A CLI that notes how it was called, and ends as `script` says. */
function cli(script: string) {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  const file = join(folder, "pulumi");
  writeFileSync(file, `#!/bin/sh\necho "$* home=$PULUMI_HOME" > ${folder}/call\n${script}`);
  chmodSync(file, 0o755);
  return { file, call: () => readFileSync(join(folder, "call"), "utf8").trim() };
}

describe("a plugin's download", () => {
  test("is the CLI's, once the release is known to be there", async () => {
    const { place, asked } = await releases(200);
    const { file, call } = cli("exit 0");
    expect(await downloadPlugin(spec, file, "/home/p", process.env, place)).toBeUndefined();
    expect(asked[0]).toMatch(/^HEAD \/plugins\/pulumi-resource-docker-v1\.2\.3-\w+-\w+\.tar\.gz$/);
    expect(call()).toBe("plugin install resource docker v1.2.3 home=/home/p");
  });

  test("says what the CLI said where it fails", async () => {
    const { place } = await releases(200);
    const { file } = cli("echo 'error: disk full' >&2; exit 1");
    expect(await downloadPlugin(spec, file, "/home/p", process.env, place)).toBe(
      "the download failed: error: disk full",
    );
  });

  test("is asked for again after a failure of the server, and not after a refusal", async () => {
    const { file } = cli("exit 0");
    const busy = await releases(503, 200);
    expect(await downloadPlugin(spec, file, "/home/p", process.env, busy.place)).toBeUndefined();
    server?.close();
    const closed = await releases(403, 200);
    expect(await downloadPlugin(spec, file, "/home/p", process.env, closed.place)).toMatch(
      /^127.0.0.1:\d+ answered 403$/,
    );
    expect(closed.asked).toHaveLength(1);
  });

  test("goes by the proxy of the environment, and says so where there is no way out", async () => {
    const environment = { HTTPS_PROXY: "http://127.0.0.1:1" };
    const reason = await downloadPlugin(spec, "/nowhere", "/home/p", environment, "https://releases.test/");
    expect(reason).toBe("releases.test by the proxy 127.0.0.1:1 is out of reach: connect ECONNREFUSED 127.0.0.1:1");
  });
});
