import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { strategyNames } from "../../../canary/strategies.ts";
import { isLeftOut } from "../../e2e/support/describe-part.ts";
import { dependenciesOf, digestsOf, lockedVersions } from "../../e2e/support/part-digest.ts";
import { type Part, parts, testFileOf } from "../../e2e/support/parts.ts";
import { leaveOut, leftOutLines, type Proof, readProved, writeProved } from "../../e2e/support/proved.ts";
import { ofParts, provedBy } from "../../e2e/support/proved-reporter.ts";

const root = join(import.meta.dirname, "../../..");

/** The text of each file of end-to-end tests, by its name. */
const testFiles = Object.fromEntries(
  readdirSync(join(root, "test/e2e"))
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
    .map((file) => [basename(file, ".test.ts"), readFileSync(join(root, "test/e2e", file), "utf8")]),
);

/** What jest says of the file that it is reading, before any test runs. */
const { testPath: collectedFrom } = expect.getState();

describe("the table of parts", () => {
  test.each(Object.entries(parts))("%s names files that are there", (part, { modules, data }) => {
    for (const path of [testFileOf(part), ...modules, ...data])
      expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  });

  test("has each file with tests that may be left out, and no other", () => {
    const withPart = Object.entries(testFiles).filter(([, text]) => text.includes("describePart("));
    expect(withPart.map(([name]) => name)).toEqual(Object.keys(parts).sort());
  });

  // The way from each strategy to the next is a test, and what comes after a part must not depend on whether it ran.
  test("leaves the ring whole: the lab enters each strategy outside of them", () => {
    const entered = Object.values(testFiles).flatMap((text) =>
      [...text.matchAll(/^withStrategy\(\{[^;]*?strategy: "([a-z-]+)"/gm)].map(([, strategy]) => strategy),
    );
    // The lab cannot run nginx-header; istio is what it begins with, and ends with.
    expect([...entered, "istio", "nginx-header"].sort()).toEqual([...strategyNames].sort());
  });

  test("a part depends on what its modules import, packages of the repository included", async () => {
    const { files, packages } = await dependenciesOf(["components/nginx-header/header-ingress.ts"], root);
    expect(files).toContain("components/nginx-header/render-ingress.ts");
    expect(packages).toContain("@pulumi/kubernetes");
    const own = await dependenciesOf(["cluster/existing.ts"], root);
    expect(own.files).toContain("packages/kit/src/user-error.ts");
  });
});

describe("the digest of a part", () => {
  const folder = mkdtempSync(join(tmpdir(), "part-"));
  const part: Part = { modules: ["part.ts"], data: ["data"] };
  const digest = async (from = folder) => (await digestsOf({ part }, from)).part;
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const lock = (version: string) => JSON.stringify({ packages: { "node_modules/library": { version } } });

  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    write(testFileOf("part"), 'import "../../part.ts";');
    write("part.ts", 'import "library";\nimport "./helper.ts";');
    write("helper.ts", "console.log(1);");
    write("other.ts", "console.log(1);");
    write("data/deep/values.json", "{}");
    write("package-lock.json", lock("1.0.0"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["its tests", testFileOf("part"), 'import "../../part.ts";\n'],
    ["what it imports", "helper.ts", "console.log(2);"],
    ["its data", "data/deep/values.json", "[]"],
    ["a new file of its data", "data/more.json", "{}"],
    ["the version of a package that it imports", "package-lock.json", lock("1.0.1")],
  ])("changes with %s", async (_, file, text) => {
    const before = await digest();
    write(file, text);
    expect(await digest()).not.toBe(before);
  });

  test("is one for each part, for some of them consist of the same modules", async () => {
    write(testFileOf("another"), 'import "../../other.ts";');
    const { another, ...rest } = await digestsOf({ part, another: part }, folder);
    expect(rest).toEqual({ part: await digest() });
    expect(another).toMatch(/^[0-9a-f]{64}$/);
    expect(another).not.toBe(rest.part);
  });

  test("does not change with anything else, nor with the place of the repository", async () => {
    const before = await digest();
    write("other.ts", "console.log(2);");
    expect(await digest()).toBe(before);
    const copy = mkdtempSync(join(tmpdir(), "part-copy-"));
    cpSync(folder, copy, { recursive: true });
    expect(await digest(copy)).toBe(before);
    rmSync(copy, { recursive: true });
  });
});

test("the versions of packages are those of all that they need, the nearer ones first", () => {
  const lock = {
    "node_modules/a": { version: "1", dependencies: { b: "*", c: "*" } },
    "node_modules/a/node_modules/b": { version: "2", dependencies: { a: "*" } },
    "node_modules/b": { version: "3" },
    "node_modules/c": { version: "4" },
    "node_modules/unused": { version: "5" },
  };
  expect(lockedVersions(["a", "node:fs"], lock)).toEqual([
    "node_modules/a/node_modules/b@2",
    "node_modules/a@1",
    "node_modules/c@4",
  ]);
});

describe("what was proved", () => {
  const result = (file: string, passing: number, failing = 0, pending = 0) => ({
    testFilePath: join(root, file),
    numPassingTests: passing,
    numFailingTests: failing,
    numPendingTests: pending,
    perfStats: { runtime: 61_200 },
  });
  const digests = { "80-conformance": "c", "45-nginx-header": "n", "25-gateway-api": "g" };
  const [conformance, nginx, gateway] = Object.keys(digests).map(testFileOf) as [string, string, string];
  const day = "2026-01-31";
  const proof = (digest: string, more: Partial<Proof> = {}): Proof => ({ digest, day, seconds: 62, ...more });
  const by = (...testResults: readonly ReturnType<typeof result>[]) => provedBy({ testResults }, root, digests, day);

  test("is what ran and passed, whole, with the day and how long it took", () => {
    expect(by(result(conformance, 27), result(nginx, 3, 1))).toEqual({ "80-conformance": proof("c") });
    expect(by(result(conformance, 0, 0, 1))).toEqual({});
    expect(by(result("test/e2e/03-weights.test.ts", 5))).toEqual({});
  });

  test("is not a part that was left out of a file whose other tests passed", () => {
    expect(by(result(gateway, 8, 0, 1))).toEqual({});
    expect(by(result(gateway, 10))).toEqual({ "25-gateway-api": proof("g") });
  });

  test("is kept in a file, and is left out until its digest changes", () => {
    const folder = mkdtempSync(join(tmpdir(), "proved-"));
    const file = pathToFileURL(join(folder, "proved.json"));
    expect(readProved(file)).toEqual({});
    writeProved({ b: proof("1"), a: proof("2") }, file);
    expect(readProved(file)).toEqual({ a: proof("2"), b: proof("1") });
    expect(leaveOut({ a: "2", b: "3", c: "4" }, readProved(file))).toEqual({ unchanged: ["a"], late: [] });
    expect(ofParts({ a: proof("2"), gone: proof("1") }, { a: "2", b: "3" })).toEqual({ a: proof("2") });
    rmSync(folder, { recursive: true });
  });

  test("where there is no time for all that is due, that goes first whose proof is the oldest, and what never had one", () => {
    const now = { recent: "x", old: "x", long: "x", never: "x", same: "s" };
    const proved = {
      recent: proof("r", { day: "2026-03-03" }),
      old: proof("o", { day: "2026-01-01" }),
      long: proof("l", { day: "2026-02-02", seconds: 900 }),
      same: proof("s"),
    };
    const late = (seconds?: number) => leaveOut(now, proved, seconds).late;
    expect(late(0)).toEqual(["never", "old", "long", "recent"]);
    expect(late(362)).toEqual(["long", "recent"]);
    expect(late(500)).toEqual(["long"]); // a shorter one takes the time that is left
    expect(late(1324)).toEqual([]);
    expect(late()).toEqual([]);
  });

  test("a run that is bounded has no time for the nightly ones, however much it has; one that is not has them", () => {
    expect(leaveOut({ a: "1", b: "1" }, {}, 10_000, ["b"])).toEqual({ unchanged: [], late: ["b"] });
    expect(leaveOut({ a: "1", b: "1" }, {}, undefined, ["b"])).toEqual({ unchanged: [], late: [] });
  });

  test("is said part by part, with the reason and the way to run it; where nothing is left out, nothing is", () => {
    expect(leftOutLines({ unchanged: ["25-gateway-api"], late: ["45-nginx-header"] })).toEqual([
      expect.stringMatching(/^test\/e2e\/25-gateway-api\.test\.ts: .* nothing that it depends on has changed/),
      expect.stringMatching(/^test\/e2e\/45-nginx-header\.test\.ts: .* no time for it, though .* has changed/),
      expect.stringContaining("--all"),
    ]);
    expect(leftOutLines({ unchanged: [], late: [] })).toEqual([]);
  });

  test("is left out of its own file and of no other, by the path that jest knows while it collects the tests", () => {
    expect(isLeftOut("/home/me/canary-lab/test/e2e/25-gateway-api.test.ts", ["25-gateway-api"])).toBe(true);
    expect(isLeftOut("/home/me/canary-lab/test/e2e/25-gateway-api.test.ts", ["5-gateway-api"])).toBe(false);
    expect(isLeftOut(collectedFrom ?? "", ["parts"])).toBe(true);
  });
});
