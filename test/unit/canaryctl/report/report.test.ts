import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { conclude } from "../../../../canary/judge/conclusion.ts";
import { readReport } from "../../../../canaryctl/src/commands/report.ts";
import { renderReport } from "../../../../canaryctl/src/report/render-report.ts";
import { short } from "../../../../canaryctl/src/report/words.ts";
import { codePoint } from "../code-point.ts";
import { elementsIn, parsePage, textOf } from "./page.ts";
import { begin, begun, created, failed, passed, rolledBack } from "./release-history.ts";
import { type Case, labWith, prometheus, release } from "./reported-lab.ts";

const sections = (page: string) =>
  Object.fromEntries(
    elementsIn(parsePage(page))
      .filter(({ name }) => name === "section")
      .map((section) => [section.attributes["aria-labelledby"], section]),
  );

const byPods: Case = {
  entries: release.map((entry) => ({ ...entry, to: { ...entry.to, strategy: "replica-ratio" } })),
};

describe("the report of a release", () => {
  test("has its moves with who and why, its verdicts, and what the callers counted", async () => {
    const report = await readReport(labWith());
    expect(report).toMatchObject({ stack: "dev", outcome: "rolled back", isWhole: true, lacking: [] });
    expect(report.moves.map(({ share, who, why }) => [share, who, why])).toEqual([
      [0, "ann@desk", null],
      [20, "ann@desk", null],
      [50, "ann@desk", passed.reason],
      [0, "ann@desk", failed.reason],
    ]);
    expect(report.moves.map(({ judged }) => judged)).toEqual([null, null, passed, failed]);
    // From the beginning to 30 s after the end, when Prometheus has it all.
    expect(report.traffic?.all).toMatchObject({ begin: new Date(begin), end: new Date(begin + 90_000) });
    expect(report.traffic?.all.stable).toMatchObject({ requests: 8100, errors: 0, errorRate: { rate: 0, lower: 0 } });
    expect(report.traffic?.all.canary).toMatchObject({ requests: 900, errors: 90, p95: { lower: 10, upper: 25 } });
    expect(report.traffic?.all.canary.errorRate?.lower).toBeCloseTo(0.0812, 3); // R: binom.test(90, 900)
    expect(report.traffic?.all.canary.errorRate?.upper).toBeCloseTo(0.1215, 3);
    expect(report.judged).toMatchObject({ verdict: "fail", numbers: { canary: { requests: 900, errors: 90 } } });
    expect(report.traffic?.stretches.reduce((sum, { canary }) => sum + canary.requests, 0)).toBe(900);
  });

  test("is one page without script or network, whose charts have titles, words and tables", async () => {
    const report = await readReport(labWith());
    const page = renderReport(report);
    const elements = elementsIn(parsePage(page));
    const named = (name: string) => elements.filter((element) => element.name === name);
    expect(named("script").concat(named("link"), named("img"), named("iframe"))).toEqual([]);
    expect(
      elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => /^on|^src|^href/.test(name)),
    ).toEqual([]);
    expect(page).not.toMatch(/url\(|@import|https?:/);
    expect(named("meta").map(({ attributes }) => attributes.content)).toContain(
      "default-src 'none'; style-src 'unsafe-inline'",
    );

    const ids = elements.flatMap(({ attributes: { id } }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const figures = named("figure");
    expect(figures).toHaveLength(3);
    for (const { children } of figures) {
      const parts = elementsIn(children);
      const svg = parts.find(({ name }) => name === "svg");
      const [title, desc] = svg?.attributes["aria-labelledby"]?.split(" ") ?? [];
      for (const id of [title, desc])
        expect(textOf(parts.find(({ attributes }) => attributes.id === id)).length).toBeGreaterThan(20);
      expect(parts.filter(({ name }) => name === "table")).toHaveLength(1);
    }
    const rows = (index: number) =>
      elementsIn(figures[index]?.children ?? [])
        .filter(({ name }) => name === "tr")
        .slice(1);
    expect(rows(0).map((row) => elementsIn(row.children).map(textOf))).toEqual([
      ["1: 2026-01-31 12:00:00 UTC", "100 %", "0 %"],
      ["2: 2026-01-31 12:00:10 UTC", "80 %", "20 %"],
      ["3: 2026-01-31 12:00:40 UTC", "50 %", "50 %"],
      ["4: 2026-01-31 12:01:00 UTC", "100 %", "0 %"],
    ]);
    expect(rows(1)).toHaveLength(report.traffic?.stretches.length ?? 0);
  });

  test("counts by pod where both sides share a Service, and has no latency then", async () => {
    const report = await readReport(labWith(byPods));
    expect(report.traffic?.all.stable).toMatchObject({ requests: 8100, errors: 0, p95: null });
    expect(report.traffic?.all.canary).toMatchObject({ requests: 900, errors: 90, p95: null });
    expect(report.judged).toMatchObject({ verdict: "fail", numbers: { canary: { requests: 900, errors: 90 } } });
    expect(report.lacking).toEqual([]);
  });

  test.each([
    ["by version", {}],
    ["by pod", byPods],
  ])("draws each point inside of its chart, counted %s", async (_, given) => {
    const page = renderReport(await readReport(labWith(given)));
    const svgs = elementsIn(parsePage(page)).filter(({ name }) => name === "svg");
    for (const path of elementsIn(svgs).filter(
      ({ name, attributes }) => name === "path" && attributes.class !== "grid",
    )) {
      for (const [, x, y] of (path.attributes.d ?? "").matchAll(/[ML](\S+?) (\d+(?:\.\d+)?)/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(45);
        expect(Number(x)).toBeLessThanOrEqual(400);
        expect(Number(y)).toBeGreaterThanOrEqual(15);
        expect(Number(y)).toBeLessThanOrEqual(210);
      }
    }
    expect(svgs.map((svg) => textOf(svg)).join("")).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("has each verdict with its numbers: requests, errors, factor, evidence and bound, and what is missing", async () => {
    const { verdicts } = sections(renderReport(await readReport(labWith())));
    const cards = elementsIn(verdicts?.children ?? []).filter(({ name }) => name === "li");
    const [pass, fail, whole] = cards.map(textOf);
    const rows = (card: number) =>
      elementsIn(cards[card]?.children ?? [])
        .filter(({ name }) => name === "tr")
        .map(({ children }) => children.map((cell) => textOf(cell).replaceAll("\u00a0", " ")));
    expect(pass).toMatch(/^3 2026-01-31 12:00:40 UTC pass 80\/20 → 50\/50/);
    expect(rows(0)).toContainEqual(["canary", "600", "0 (0 %)", "not counted"]);
    expect(rows(0)).toContainEqual(["errors", "411", "20"]); // passes by the objective: 0.99^-600, and less for the stakes beside it
    expect(fail).toContain(failed.reason);
    expect(rows(1)).toContainEqual(["canary", "90", "27 (30 %)", "not counted"]);
    const [{ evidence, excessPoints } = { evidence: 0 }] = failed.numbers.tests;
    expect(evidence).toBeGreaterThan(200);
    expect(rows(1)).toContainEqual([
      "errors",
      "over 1000",
      "200",
      `${short(excessPoints ?? 0)} points`,
      expect.stringMatching(/^none yet \[\d.*, ∞\)$/),
    ]);
    expect(whole).toMatch(/^The whole release, by all counters of Prometheus fail/);
  });

  test("says what a verdict that was none still needed", async () => {
    const early = conclude(
      [{ seconds: 1, stable: { requests: 270, bad: 0 }, canary: { requests: 30, bad: 0 } }],
      {},
      false,
    );
    const report = await readReport(labWith({ entries: [created, { ...begun, judged: early }] }));
    const { verdicts } = sections(renderReport(report));
    expect(textOf(verdicts)).toMatch(
      /no verdict .*Missing: 269 more requests to the canary for a pass, 9 s at the rate of then/s,
    );
  });

  test("keeps what users typed as text, whatever it is", async () => {
    const page = renderReport(await readReport(labWith()));
    const names = elementsIn(parsePage(page)).map(({ name }) => name);
    const report = await readReport(labWith());
    fc.assert(
      fc.property(
        fc.string({ unit: codePoint }),
        fc.constantFrom('<img src=x onerror="x">', "</style>", "]]>", "-->", "'"),
        (typed, tail) => {
          const text = typed + tail;
          const moves = report.moves.map((move) => ({
            ...move,
            ...{ who: text, command: text, from: text, to: text },
            ...(move.why !== null && { why: text }),
            judged: move.judged && { ...move.judged, reason: text },
          }));
          const changed = {
            ...report,
            moves,
            stack: text,
            app: text,
            namespace: text,
            stableImage: text,
            canaryImage: text,
          };
          expect(elementsIn(parsePage(renderReport(changed))).map(({ name }) => name)).toEqual(names);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("what cannot be had is said, with the commands that bring it", () => {
  test.each<[string, Case, RegExp]>([
    ["without monitoring", { changes: { monitoring: false } }, /no Prometheus.*config set monitoring true/s],
    [
      "where Prometheus is away",
      {
        answer: (path) => {
          throw new ApiError(503, "no endpoints", path);
        },
      },
      /no endpoints.*kubectl -n monitoring get pods/s,
    ],
    [
      "where it answers nonsense",
      { answer: (path) => (path.includes("range") ? "?" : prometheus(path)) },
      /cannot be read: it is no object/,
    ],
    [
      "where it is younger",
      {
        answer: (path) =>
          path.includes("range") ? { status: "success", data: { resultType: "matrix", result: [] } } : prometheus(path),
      },
      /no counters of the callers in this time/,
    ],
    [
      "where the proxies count no versions",
      { entries: release.map((entry) => ({ ...entry, to: { ...entry.to, strategy: "rolling-update" } })) },
      /with strategy rolling-update the callers' proxies do not tell/,
    ],
    [
      "where a controller takes the steps",
      { entries: release.map((entry) => ({ ...entry, to: { ...entry.to, strategy: "rollout-canary" } })) },
      /The share between the moves: with strategy rollout-canary a controller takes the steps/,
    ],
    [
      "where the history was edited",
      { entries: [...release, { ...rolledBack, at: "yesterday" }] },
      /1 entries of the history: they were edited/,
    ],
  ])("%s", async (_, given, words) => {
    const report = await readReport(labWith(given));
    const page = sections(renderReport(report));
    expect(textOf(page.lacking)).toMatch(words);
    expect(textOf(page.moves)).toContain(passed.reason);
    expect(textOf(page.verdicts)).toContain(failed.reason);
  });

  test("a history without a release has no report", async () => {
    await expect(readReport(labWith({ entries: [] }))).rejects.toThrow(
      "There was no release yet that a report could be of.",
    );
    await expect(readReport(labWith(), new Date(begin + 1e6))).rejects.toThrow(
      /^Nothing was released or moved since 2026-01-31T12:16:40/,
    );
  });
});
