import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { riseFault, standingOverride } from "../../../../stacks/live/rise-gate.ts";
import { ownFacts } from "../../../../stacks/platform-facts.ts";
import { type Counted, countedCluster } from "./counted-cluster.ts";

const configOf = (values: Readonly<Record<string, string | boolean>> = {}) =>
  parseConfig({ monitoring: true, ...values });

/** What is said of a move of the canary's share, and what was asked of the cluster for it. */
async function moved(
  counted: Counted,
  {
    from = 10,
    to = 30,
    ...values
  }: Readonly<Record<string, string | boolean | number>> & { from?: number; to?: number } = {},
) {
  const config = configOf(values as Record<string, string>);
  const client = countedCluster(counted);
  const fault = await riseFault({ client, config, platform: ownFacts(config, "dev") }, { from, to }, "the way past");
  return { text: fault?.toPlainText(), asked: client.asked };
}

const bad = { canary: { good: 9, bad: 1 } };

describe("a canary that has a share and is to get more", () => {
  test("may, where the judge passes it", async () => {
    expect((await moved({})).text).toBeUndefined();
  });

  test("may not where the judge fails it, and the numbers are said", async () => {
    const { text } = await moved(bad);
    expect(text).toMatch(
      /^The judge fails the canary, which does not go from 10 % to 30 %\. The canary is worse by its errors: \d+ of \d+ requests failed, of stable 0 of \d+; evidence \S+ after \d+ s, bound 200\. Canary 5\d errors of 5\d\d requests, p95 \d\S* ms; stable 0 errors of \d{4} requests, p95 \S+ ms/,
    );
    expect(text).toMatch(/at: +service monitoring\/prometheus; counted for 5\d s/);
    expect(text).toMatch(/next: +npx canaryctl rollback\s+or: +npx canaryctl watch\s+or: +the way past$/);
  });

  test("is judged by the settings in the config", async () => {
    expect((await moved(bad, { judge: '{"alpha": 0.02}' })).text).toMatch(/^The judge fails .* bound 100\./);
    expect((await moved(bad, { judge: '{"mayFail": ["latency"]}' })).text).toMatch(/^The judge has no verdict yet/);
  });

  test("says the factor where the stable side has errors, too", async () => {
    const { text } = await moved({ ...bad, stable: { good: 89, bad: 1 } });
    expect(text).toMatch(/; factor 9\.\d+, within [\d.]+ to [\d.]+\./);
  });

  test("waits without traffic enough, and what is missing is said", async () => {
    const { text } = await moved({ stable: { good: 9, bad: 0 }, canary: { good: 1, bad: 0 } });
    expect(text).toMatch(
      /^The judge has no verdict yet, so the canary does not go from 10 % to 30 %\. Not enough traffic: a pass needs 2\d\d more requests to the canary, 2\d\d s at the present rate\. Canary 0 errors of 5\d requests/,
    );
    expect(text).toMatch(/next: +npx canaryctl watch\s+or: +the way past$/);
    expect((await moved({ canary: { good: 0, bad: 0 } })).text).toMatch(
      /No request to the canary version was counted\./,
    );
    expect((await moved({ stable: { good: 0, bad: 0 }, ...bad })).text).toMatch(/^The judge has no verdict yet/);
  });

  test("waits where Prometheus is away: nothing passes unseen", async () => {
    const { text } = await moved({ isAway: true });
    expect(text).toMatch(
      /^Prometheus cannot be asked about the canary, which does not go from 10 % to 30 % unseen: no endpoints available/,
    );
    expect(text).toMatch(/next: +kubectl -n monitoring get pods\s+or: +the way past$/);
  });

  test("is judged by what its own pods did, since the last rollback", async () => {
    const range = ({ asked }: { readonly asked: readonly string[] }) =>
      asked.flatMap((path) => new URLSearchParams(path.slice(path.indexOf("query_range?") + 12)).get("start") ?? []);
    expect(range(await moved({ ...bad, podAge: 20 }))[0]).toBe("1795830745");
    expect(range(await moved({ ...bad, rolledBack: 20 }))[0]).toBe("1795830745");
    expect((await moved({ ...bad, podAge: 1 })).text).toMatch(/^The judge has no verdict yet/);
  });

  test("is read with so many readings at most, however long ago it was made", async () => {
    const { asked } = await moved({ podAge: 1_000_000 });
    const queries = asked.filter((path) => path.includes("query_range"));
    expect(queries).toHaveLength(6); // three stretches of requests and of latency
    expect(queries[0]).toMatch(/&step=60$/);
  });
});

describe("where both sides share a Service", () => {
  const strategy = "replica-ratio";

  test("the canary may have more of the pods, where the judge passes it by its pods, and nobody asks for a latency", async () => {
    const { text, asked } = await moved({}, { strategy, from: 25, to: 50 });
    expect(text).toBeUndefined();
    expect(asked.filter((path) => path.includes("_bucket"))).toEqual([]);
  });

  test("may not where the judge fails it, and the numbers are said", async () => {
    const { text } = await moved(bad, { strategy, from: 100 / 3, to: 200 / 3 });
    expect(text).toMatch(
      /^The judge fails the canary, which does not go from 33\.3 % to 66\.7 %\. The canary is worse by its errors: \d+ of \d+ requests failed, of stable 0 of \d+; evidence \S+ after \d+ s, bound 200\. Canary 5\d errors of 5\d\d requests; stable 0 errors of \d{4} requests/,
    );
    expect(text).toMatch(/next: +npx canaryctl rollback\s+or: +npx canaryctl watch\s+or: +the way past$/);
  });

  test("waits without traffic enough, and where Prometheus is away", async () => {
    const few = { stable: { good: 9, bad: 0 }, canary: { good: 1, bad: 0 } };
    expect((await moved(few, { strategy })).text).toMatch(/Not enough traffic: a pass needs 2\d\d more requests/);
    const none = { canary: { good: 0, bad: 0 } };
    expect((await moved(none, { strategy })).text).toMatch(/No request to the canary version was counted\./);
    expect((await moved({ isAway: true }, { strategy })).text).toMatch(/^Prometheus cannot be asked about the canary/);
  });

  test("waits where an address was one of each side: whose requests those were cannot be told", async () => {
    const { text } = await moved({ isReused: true }, { strategy });
    expect(text).toMatch(/^The judge has no verdict yet.* No request to the canary version was counted\./);
  });
});

test.each([
  ["a first share", { from: 0, to: 10 }],
  ["a lower share", { from: 30, to: 10 }],
  ["the same share", { from: 30, to: 30 }],
  ["a stack without monitoring", { monitoring: false }],
  ["gate none", { gate: "none" }],
  ["a strategy whose controller takes the steps", { strategy: "rolling-update" }],
  ["a first share of the pods", { strategy: "replica-ratio", from: 0, to: 25 }],
  ["fewer pods", { strategy: "replica-ratio", from: 50, to: 25 }],
  ["an override where pods split the traffic", { strategy: "replica-ratio", judgeOverride: "the old version leaks" }],
  ["an override", { judgeOverride: "the old version leaks" }],
])("nothing is asked of the cluster for %s", async (_case, move) => {
  expect(await moved(bad, move)).toEqual({ text: undefined, asked: [] });
});

test("an objective that the judge cannot work with is said, and nothing passes unseen", async () => {
  const { text } = await moved({}, { objective: '{"p95Milliseconds": 60000}' });
  expect(text).toMatch(
    /objective\.p95Milliseconds is 60000; allowed: 0\.5 to 30000[\s\S]*does not go from 10 % to 30 %/,
  );
});

test("an override is told for as long as it stands, where it has a meaning", () => {
  const judgeOverride = "the old version leaks";
  expect(standingOverride(configOf({ judgeOverride }))).toMatch(
    /for as long as judgeOverride stands: the old version leaks\s+next: +npx canaryctl config rm judgeOverride/,
  );
  expect(standingOverride(configOf({ judgeOverride, gate: "none" }))).toBeUndefined();
  expect(standingOverride(configOf({ judgeOverride, strategy: "replica-ratio" }))).toMatch(/judgeOverride stands/);
  expect(standingOverride(configOf({ judgeOverride, strategy: "rolling-update" }))).toBeUndefined();
  expect(standingOverride(configOf())).toBeUndefined();
});
