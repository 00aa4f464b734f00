import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { runCommand } from "../../../cluster/docker.ts";
import { clusterIsReady, dockerAnswers, findNodes, inspect, readNode } from "../../../cluster/kind/commands.ts";
import { findRegistry } from "../../../cluster/kind/former.ts";
import { hasKindLab } from "../../../cluster/kind/kind.ts";

const { PATH } = process.env;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-"));
  process.env.PATH = `${folder}:/usr/bin:/bin`;
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** A `docker` on PATH, or in a folder of its own. */
function install(script: string, place = folder): void {
  writeFileSync(join(place, "docker"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place, "docker"), 0o755);
}

test("whether there is a kind lab is asked of Docker, and without Docker there is none", async () => {
  install('case "$1" in info) echo 20.10.24;; ps) case "$*" in *kind.cluster*) echo 4f1c;; esac;; esac');
  expect(await hasKindLab()).toBe(true);
  install('[ "$1" = info ] && echo 20.10.24; true');
  expect(await hasKindLab()).toBe(false);
  install("echo Cannot connect to the Docker daemon >&2; exit 1");
  expect(await hasKindLab()).toBe(false);
});

test("a program that was fetched goes before that of PATH, and one that is missing says where to get it", async () => {
  install("echo of PATH");
  const fetched = mkdtempSync(join(folder, "fetched-"));
  install("echo fetched", fetched);
  expect([await runCommand(dockerAnswers), await runCommand(dockerAnswers, [fetched])]).toEqual(["of PATH", "fetched"]);
  process.env.PATH = "/nowhere";
  await expect(runCommand(dockerAnswers)).rejects.toMatchObject({
    message: "docker is not installed.",
    first: "install Docker, https://docs.docker.com/engine/install/",
  });
});

test("a daemon that accepts and says nothing is not waited for", async () => {
  install("exec sleep 60");
  const began = performance.now();
  await expect(runCommand({ ...dockerAnswers, seconds: 0.3 })).rejects.toMatchObject({
    message: "docker info failed: it did not answer within 0.3 s",
    place: "docker info --format {{.ServerVersion}}",
  });
  expect(performance.now() - began).toBeLessThan(5000);
});

test("what only asks is bounded, and what is asked of the API server by kubectl, too", () => {
  for (const { seconds } of [
    dockerAnswers,
    findNodes,
    findRegistry,
    inspect(["4f1c"]),
    readNode("/etc"),
    clusterIsReady,
  ])
    expect(seconds).toBeGreaterThan(0);
  const [bound] = clusterIsReady.args.flatMap((arg) => /^--request-timeout=(\d+)s$/.exec(arg)?.[1] ?? []);
  expect(Number(bound)).toBeLessThan(clusterIsReady.seconds ?? 0);
});
