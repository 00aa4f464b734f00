import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { type Conclusion, conclude } from "../../../../canary/judge/conclusion.ts";
import type { Act } from "../../../../canary/judge/next-act.ts";
import { toWeight } from "../../../../canary/weight.ts";
import type { Look } from "../../../../canaryctl/src/judged/observer.ts";
import { type Acts, walk } from "../../../../canaryctl/src/judged/walk.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { istioRoute } from "../../../../canaryctl/src/traffic/istio-route.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";
import { fakeLab } from "../fake-lab.ts";

type Verdict = Conclusion["verdict"];

const slice = (canaryBad: number) => ({
  seconds: 1,
  stable: { requests: 270, bad: 0 },
  canary: { requests: 30, bad: canaryBad },
});
const conclusions: Record<Verdict, Conclusion> = {
  pass: conclude(Array(20).fill(slice(0)), {}, false),
  fail: conclude(Array(3).fill(slice(9)), {}, false),
  inconclusive: conclude([slice(0)], {}, false),
};

interface Case {
  /** The verdict of each look; the last one stays. */
  readonly verdicts: readonly Verdict[];
  readonly weight?: number;
  readonly plan?: string;
  /** Since the route was written, at each look. */
  readonly seconds?: number;
  /** Percent that the live route gives the canary; default: the config's weight. */
  readonly live?: number | undefined;
  readonly answer?: "hold" | "roll back";
  readonly interruptAt?: number;
  readonly renew?: () => Promise<void>;
  /** Before each step: what refuses it, or `changed` where the stack is another one by then. */
  readonly beforeStep?: (attempt: number) => "changed" | undefined;
  readonly done?: string[];
  readonly patienceSeconds?: number;
  /** The image that a promotion before was finishing. */
  readonly finishing?: string;
  readonly stableImage?: string;
}

/** Walks a plan whose looks have these verdicts; `done` has what was done, in order. */
async function walked({ verdicts, weight = 10, plan = "10-30-60", seconds = 60, done = [], ...given }: Case) {
  let attempts = 0;
  const shown: (Act | undefined)[] = [];
  /** The verdict that each act goes by. */
  const judged: (Verdict | undefined)[] = [];
  const at = { weight };
  const open = async (): Promise<Lab> => {
    const { lab } = fakeLab({
      configWeight: at.weight,
      changes: { plan, ...(given.stableImage && { stableImage: given.stableImage }) },
    });
    return { ...lab, config: { ...lab.config, canaryWeight: toWeight(at.weight) } };
  };
  const controller = new AbortController();
  let looks = 0;
  const look = async (lab: Lab): Promise<Look> => {
    const verdict = verdicts[Math.min(looks, verdicts.length - 1)] ?? "inconclusive";
    looks += 1;
    if (looks === given.interruptAt) controller.abort();
    const live = { weights: shareOf("live" in given ? (given.live ?? 0) : at.weight), owner: "canary-lab" };
    return {
      at: new Date(),
      lab,
      live,
      seen: undefined,
      requestsPerSecond: 0,
      requestsAtWeight: 30,
      seconds,
      callers: 2,
      conclusion: conclusions[verdict],
    };
  };
  const steps = [10, 30, 60, 100];
  const acts: Acts = {
    open,
    promote: async ({ conclusion }) => {
      judged.push(conclusion.verdict);
      attempts += 1;
      if (given.beforeStep?.(attempts) === "changed") return undefined;
      at.weight = steps.find((step) => step > at.weight) ?? 100;
      done.push(`promote to ${at.weight}`);
      return "";
    },
    finishing: given.finishing,
    finish: async ({ conclusion }) => {
      judged.push(conclusion.verdict);
      done.push("finish");
      return "";
    },
    rollBack: async (_reason, look) => {
      judged.push(look?.conclusion.verdict);
      done.push("roll back");
    },
    renew: given.renew ?? (async () => {}),
    onInterrupt: async () => given.answer ?? "hold",
  };
  const options = {
    say: () => {},
    show: (_look: Look, act: Act) => void shown.push(act),
    signal: controller.signal,
    patienceSeconds: given.patienceSeconds ?? 600,
  };
  return { ...(await walk({ look }, acts, istioRoute, options)), done, shown, judged };
}

test("the verdicts of these tests are the judge's", () => {
  for (const [name, { verdict }] of Object.entries(conclusions)) expect(verdict).toBe(name);
});

describe("a walk through the plan", () => {
  test("advances step by step with passes, and finishes the release", async () => {
    const { ending, done } = await walked({ verdicts: ["pass"] });
    expect({ ending, done }).toEqual({ ending: "promoted", done: ["promote to 30", "promote to 60", "finish"] });
  });

  test("begins a plan that has not begun, and goes on where a walk was killed", async () => {
    expect((await walked({ verdicts: ["inconclusive", "pass"], weight: 0 })).done[0]).toBe("promote to 10");
    expect((await walked({ verdicts: ["pass"], weight: 60 })).done).toEqual(["finish"]);
  });

  const image = fakeLab({}).lab.config.canaryImage;
  test.each<[where: string, at: Partial<Case>]>([
    ["before the file has the weight", { weight: 60, live: 100 }],
    ["while the canary had all the traffic", { weight: 100, live: 100 }],
    ["while the stable side got the image", { weight: 100, live: 100, stableImage: image }],
    ["when the traffic was back at the stable side", { weight: 100, live: 0, stableImage: image }],
  ])(
    "finishes what was killed %s, once and without a verdict, where the judge had passed that image",
    async (_, at) => {
      const stopped = { verdicts: ["inconclusive"], seconds: 5, ...at } as const;
      expect(await walked({ ...stopped, finishing: image })).toMatchObject({
        ending: "promoted",
        done: ["finish"],
        reason: "The judge had passed it when it began to be finished.",
      });
      for (const finishing of [undefined, "versioned-echo:v9"])
        expect((await walked({ ...stopped, finishing })).done).toEqual([]);
    },
  );

  test("does not finish what was rolled back since", async () => {
    const { ending, done } = await walked({ verdicts: ["inconclusive"], weight: 60, live: 0, finishing: image });
    expect({ ending, done }).toEqual({ ending: "held", done: [] });
  });

  test("rolls back at once where the canary is worse, and does nothing after that", async () => {
    const { ending, done, reason, judged } = await walked({ verdicts: ["pass", "fail", "pass"], seconds: 60 });
    expect(judged).toEqual(["pass", "fail"]);
    expect({ ending, done }).toEqual({ ending: "rolled back", done: ["promote to 30", "roll back"] });
    expect(reason).toMatch(/worse by its errors: 27 of 90 requests failed, of stable 0 of 810/);
  });

  test("without a verdict advances nothing, and gives up after its patience", async () => {
    const { ending, done } = await walked({ verdicts: ["inconclusive"], seconds: 661 });
    expect({ ending, done }).toEqual({ ending: "no verdict", done: [] });
  });

  test("leaves a step that waits for a person, with what the judge says", async () => {
    const { ending, done, reason } = await walked({ verdicts: ["pass"], plan: "90-70-50-0" });
    expect({ ending, done }).toEqual({ ending: "waits for a person", done: [] });
    expect(reason).toMatch(/keeps 10 % until somebody promotes. The canary is good enough/);
  });

  test("holds where somebody else has moved the traffic", async () => {
    const { ending, done, reason } = await walked({ verdicts: ["pass"], live: 0 });
    expect({ ending, done }).toEqual({ ending: "held", done: [] });
    expect(reason).toMatch(/at 100\/0.* the config asks for 90\/10/);
  });

  test("that is interrupted does what the user says, and no more", async () => {
    const held = await walked({ verdicts: ["inconclusive"], seconds: 1, interruptAt: 2 });
    expect(held).toMatchObject({ ending: "interrupted", done: [] });
    const back = await walked({ verdicts: ["inconclusive"], seconds: 1, interruptAt: 1, answer: "roll back" });
    expect(back).toMatchObject({ ending: "rolled back", done: ["roll back"], judged: [undefined] });
  });

  test("ends before it acts where another promotion has the plan", async () => {
    const done: string[] = [];
    const taken = walked({ verdicts: ["pass"], done, renew: () => Promise.reject(new Error("taken")) });
    await expect(taken).rejects.toThrow("taken");
    expect(done).toEqual([]);
  });

  test("looks again where the stack is another one than was judged, and acts on nothing else", async () => {
    const { done, shown } = await walked({
      verdicts: ["pass"],
      beforeStep: (attempt) => (attempt === 1 ? "changed" : undefined),
    });
    expect(done).toEqual(["promote to 30", "promote to 60", "finish"]);
    expect(shown).toEqual(["advance", "advance", "advance", "advance"]);
  });

  test("keeps looking while a step is refused, and rolls back what becomes worse meanwhile", async () => {
    const refuse = () => {
      throw new UserError("Alerts of the canary fire: HighErrorRate.", {});
    };
    const began = performance.now();
    const worse = await walked({ verdicts: ["pass", "pass", "fail"], beforeStep: refuse });
    expect(worse).toMatchObject({
      ending: "rolled back",
      done: ["roll back"],
      shown: ["advance", "wait", "roll back"],
    });
    expect(performance.now() - began).toBeLessThan(3000); // sooner than the step is tried again
    const held = await walked({ verdicts: ["pass"], beforeStep: refuse, patienceSeconds: 1 });
    expect(held).toMatchObject({ ending: "held", reason: "Alerts of the canary fire: HighErrorRate.", done: [] });
  }, 20_000);
});
