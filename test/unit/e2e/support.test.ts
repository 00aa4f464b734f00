import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { mustRun, run } from "../../e2e/support/command.ts";
import { weightOf, weightPatch } from "../../e2e/support/lab.ts";
import { readAddress } from "../../e2e/support/listeners.ts";
import { refusalFault } from "../../e2e/support/refusal.ts";
import { editConfig, keepConfig, readConfig } from "../../e2e/support/stack-config.ts";
import { proxyWeight, splitFault } from "../../e2e/support/traffic.ts";
import { until } from "../../e2e/support/until.ts";

// What an end-to-end test judges by must itself be right: a check that cannot fail proves nothing.

describe("splitFault", () => {
  const report = (v1: number, v2: number, failed = 0) => ({
    sent: v1 + v2 + failed,
    skipped: 0,
    seconds: 5,
    statuses: { 200: v1 + v2, ...(failed && { 503: failed }) },
    versions: { ...(v1 && { v1 }), ...(v2 && { v2 }) },
    errors: {},
    milliseconds: { p50: 1, p95: 2, p99: 3, max: 4 },
    firstSeen: {},
    lastSeen: {},
    failed,
  });

  test.each([
    [2000, 0, 0],
    [0, 2000, 100],
    [1800, 200, 10],
    [1746, 254, 10],
    [1000, 1000, 50],
  ])("%i v1 and %i v2 are right at %i percent", (v1, v2, weight) => {
    expect(splitFault(report(v1, v2), weight)).toBeUndefined();
  });

  test.each([
    [1999, 1, 0],
    [1, 1999, 100],
    [1745, 255, 10],
    [1851, 149, 10],
    [2000, 0, 10],
  ])("%i v1 and %i v2 are wrong at %i percent", (v1, v2, weight) => {
    expect(splitFault(report(v1, v2), weight)).toMatch(/v2 should have \d+\.\.\d+/);
  });

  test("one request without an answer is a fault, whatever the split", () => {
    expect(splitFault(report(1799, 200, 1), 10)).toMatch(/not every request/);
  });
});

describe("proxyWeight", () => {
  const cluster = (version: string) => `outbound|80|${version}|versioned-echo.canary-lab.svc.cluster.local`;
  const dump = (route: object) => {
    const hosts = [
      { name: "other.canary-lab.svc.cluster.local:80" },
      { name: "versioned-echo.canary-lab.svc.cluster.local:80" },
    ];
    return {
      configs: [
        {},
        {
          route_config: {
            virtual_hosts: hosts.map((host) => ({
              ...host,
              routes: [
                { name: "targeted", route: {} },
                { name: "weighted", route },
              ],
            })),
          },
        },
      ],
    };
  };
  const weighted = (...weights: readonly number[]) => ({
    weighted_clusters: { clusters: weights.map((weight, side) => ({ name: cluster(`v${side + 1}`), weight })) },
  });

  test.each([
    [30, weighted(70, 30)],
    [0, { cluster: cluster("v1") }],
    [100, { cluster: cluster("v2") }],
    [0, weighted(100)],
  ])("reads %i percent", (percent, route) => expect(proxyWeight(dump(route))).toBe(percent));

  test("knows no weight where the route is not there yet", () => expect(proxyWeight({})).toBeUndefined());
});

describe("refusalFault", () => {
  const outcome = (exitCode: number, output: string) => ({
    command: "x",
    exitCode,
    stdout: "",
    stderr: output,
    output,
    seconds: 1,
    began: 0,
  });

  test("is content with a cause and a next step", () => {
    expect(
      refusalFault(outcome(1, "error: canaryWeight is 101\n  allowed: 0..100\n  next:    edit it"), /101/),
    ).toBeUndefined();
  });

  test.each([
    [0, "error: 101\n  next: x", /accepted/],
    [1, "error: bad\n  next: x", /nothing matches/],
    [1, "error: 101", /no next step/],
    [1, "error: 101\n  next: x\n    at parse (/a/b.ts:3:4)", /stack trace/],
  ])("exit code %i and %j is a fault", (exitCode, output, fault) => {
    expect(refusalFault(outcome(exitCode, output), /101/)).toMatch(fault);
  });
});

test.each([
  ["0100007F:0947", "127.0.0.1:2375"],
  ["010012C6:192B", "198.18.0.1:6443"],
  ["00000000:1F90", "0.0.0.0:8080"],
  ["00000000000000000000000000000000:01BB", "::0:443"],
  ["00000000000000000000000001000000:01BB", "::1:443"],
  ["0000000000000000FFFF00000100007F:01BB", "127.0.0.1:443"],
])("readAddress reads %s as %s", (field, address) => {
  expect(readAddress(field)).toBe(address);
});

describe("weightOf", () => {
  const withRoute = (...route: readonly (readonly [string, number?])[]) => ({
    spec: {
      http: [
        { name: "targeted", route: [{ destination: { subset: "v2" } }] },
        {
          name: "weighted",
          route: route.map(([subset, weight]) => ({
            destination: { subset },
            ...(weight === undefined ? {} : { weight }),
          })),
        },
      ],
    },
  });

  test.each([
    [withRoute(["v1", 90], ["v2", 10]), 10],
    [withRoute(["v1", 100], ["v2"]), 0],
    [withRoute(["v1", 100]), 0],
    [withRoute(["v2"]), 100],
  ])("%j", (object, weight) => {
    expect(weightOf(object)).toBe(weight);
  });

  test("and its patch are about the route that splits by weight, wherever it stands", () => {
    expect(JSON.parse(weightPatch(withRoute(["v1", 90], ["v2", 10]), 30))).toEqual([
      { op: "replace", path: "/spec/http/1/route/0/weight", value: 70 },
      { op: "replace", path: "/spec/http/1/route/1/weight", value: 30 },
    ]);
  });
});

describe("the stack's config", () => {
  test("is edited key by key and restored byte for byte", () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-config-"));
    const text = '# why\nconfig:\n  canary-lab:canaryWeight: "10" # percent\n';
    writeFileSync(join(folder, "Pulumi.dev.yaml"), text);
    const restore = keepConfig(folder);
    editConfig({ canaryWeight: "", strategy: "coin-toss" }, folder);
    expect(readConfig("canaryWeight", folder)).toBe("");
    expect(readConfig("strategy", folder)).toBe("coin-toss");
    editConfig({ strategy: undefined }, folder);
    expect(readConfig("strategy", folder)).toBeUndefined();
    editConfig({ plan: { weights: [10, 30], bake: "30s" } }, folder);
    editConfig({ plan: { weights: [50], bake: undefined } }, folder);
    expect(parse(readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8"))).toEqual({
      config: { "canary-lab:canaryWeight": "", "canary-lab:plan": { weights: [50] } },
    });
    restore();
    expect(readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8")).toBe(text);
    rmSync(folder, { recursive: true });
  });
});

describe("commands", () => {
  test("a failing one is an outcome with both streams", async () => {
    const outcome = await run("sh", ["-c", "echo out; echo err >&2; exit 3"]);
    expect(outcome).toMatchObject({ exitCode: 3, stdout: "out", stderr: "err" });
    expect(outcome.output).toMatch(/out/);
    expect(outcome.output).toMatch(/err/);
  });

  test("one that hangs, or that must succeed and does not, throws", async () => {
    await expect(run("sleep", ["5"], { timeoutSeconds: 0.2 })).rejects.toThrow(/did not end within/);
    await expect(mustRun("sh", ["-c", "echo why; exit 4"])).rejects.toThrow(/4[\s\S]*why/);
  });
});

test("until waits for a truthy answer and tells what it waited for in vain", async () => {
  let asked = 0;
  expect(await until("three", () => ++asked === 3, { everyMilliseconds: 1 })).toBe(true);
  await expect(until("godot", () => false, { seconds: 0.05 })).rejects.toThrow(/godot/);
});

test("a command that does not end in time is killed with what it started", async () => {
  const waits = run("sh", ["-c", "sleep 300 & echo child $!; wait"], { timeoutSeconds: 1, quiet: true });
  const message = await waits.then(String, (error: Error) => error.message);
  expect(message).toMatch(/did not end within 1 s:\nchild \d+$/);
  const child = /child (\d+)/.exec(message)?.[1];
  await until("the child is gone", () => !existsSync(`/proc/${child}`), { seconds: 5 });
});
