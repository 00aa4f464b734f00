import { describe, expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { buildProgram } from "../../../../canaryctl/src/main.ts";
import { actsOf, parseAct, wordsOf } from "../../../../canaryctl/src/ui/acts.ts";

describe("what the page offers", () => {
  test("follows from the strategy's facts", () => {
    expect(Object.fromEntries(strategyNames.map((name) => [name, actsOf(name, false).join(" ")]))).toEqual({
      istio: "set-traffic promote rollback",
      "gateway-api": "set-traffic promote rollback",
      "replica-ratio": "set-traffic promote rollback",
      "nginx-header": "rollback",
      "rollout-canary": "promote rollback abort retry",
      "rollout-blue-green": "promote rollback abort retry",
      "rolling-update": "rollback",
    });
  });

  test("has faults for the lab's own service alone", () => {
    expect(actsOf("istio", true)).toEqual(["set-traffic", "promote", "rollback", "faults"]);
  });
});

describe("an act", () => {
  test("is a command line that canaryctl knows", async () => {
    const acts = [
      parseAct({ name: "set-traffic", canary: 30 }),
      ...["promote", "rollback", "abort", "retry"].map((name) => parseAct({ name })),
      ...["errors", "none", "latency", "not ready", "crash"].map((fault) =>
        parseAct({ name: "faults", side: "canary", fault }),
      ),
    ];
    const words = ["set-traffic 70 30", "promote", "rollback", "abort", "retry", "faults canary --error-rate 0.3"];
    expect(acts.map((act) => wordsOf(act).join(" ")).slice(0, words.length)).toEqual(words);
    for (const act of acts) {
      const [name = "", ...given] = wordsOf(act);
      const command = (await buildProgram([name])).commands.find((one) => one.name() === name);
      const { operands, unknown } = command?.parseOptions([...given]) ?? {};
      expect([command?.registeredArguments.length, unknown]).toEqual([operands?.length, []]);
    }
  });

  test.each([
    [undefined, /name is undefined/],
    ["rollback", /name is undefined/],
    [{ name: "down" }, /name is "down"/],
    [{ name: "set-traffic" }, /canary is undefined/],
    [{ name: "set-traffic", canary: 101 }, /canary is 101/],
    [{ name: "set-traffic", canary: "30 --now" }, /canary is "30 --now"/],
    [{ name: "faults", side: "both", fault: "errors" }, /side is "both"/],
    [{ name: "faults", side: "canary", fault: "fire" }, /fault is "fire"/],
  ])("%j is none", (body, message) => {
    expect(() => parseAct(body)).toThrow(message);
  });
});
