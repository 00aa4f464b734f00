import { expect, test } from "@jest/globals";
import { agoText, offersOf, oneOfSeveral, spoken, stageAt } from "../../../../canaryctl/src/ui/page/view.ts";
import type { ActView, ReleaseView } from "../../../../canaryctl/src/ui/snapshot.ts";

const plan = [
  { weight: 10, bake: "1m" },
  { weight: 50, bake: null },
  { weight: 100, bake: null },
];
const release = {
  acts: ["set-traffic", "promote", "rollback"],
  wanted: { stable: 90, canary: 10 },
  live: { stable: 100, canary: 0 },
  plan,
} as const satisfies Partial<ReleaseView> as unknown as ReleaseView;

test("the slider stands at what is asked for, and promote names the next weight", () => {
  const { has, weight, next } = offersOf(release);
  expect([weight, next, has("promote"), has("abort")]).toEqual([10, 50, true, false]);
  expect(offersOf({ ...release, wanted: { stable: 0, canary: 100 } }).next).toBeUndefined();
});

test("where a controller decides, the slider stands at what is, and nobody knows the next weight", () => {
  const { weight, next } = offersOf({ ...release, wanted: null, live: { stable: 66.7, canary: 33.3 } });
  expect([weight, next]).toEqual([33, undefined]);
});

test.each([
  [0, -1],
  [9.4, -1],
  [10, 0],
  [49, 0],
  [50, 1],
  [100, 2],
])("%d %% is at stage %d", (percent, stage) => expect(stageAt(plan, percent)).toBe(stage));

test("the acts of a page name their application where the stack has several", () => {
  const applications = { own: "shop", services: ["orders"] };
  const of = (service: string | null, more = {}) => oneOfSeveral({ stack: "dev", service, applications, ...more });
  expect([of("orders"), of(null), of(null, { applications: { own: null, services: ["orders"] } })]).toEqual([
    "orders",
    "shop",
    "dev",
  ]);
  expect(of(null, { applications: { own: "shop", services: [] } })).toBeUndefined();
});

test("an outcome is spoken with the line that matters", () => {
  const act: ActView = { id: 1, name: "promote", command: "promote", began: "", state: "running", output: "" };
  expect(spoken(act)).toBe("promote has begun.");
  expect(spoken({ ...act, state: "done", output: "a note\nTraffic: 90/10 -> 50/50" })).toBe(
    "promote: done. Traffic: 90/10 -> 50/50",
  );
  expect(spoken({ ...act, state: "failed", output: "a note\nerror: It bakes.\n  next: wait" })).toBe(
    "promote was refused or has failed. error: It bakes.",
  );
});

test("times are told in the unit that fits", () => {
  const ago = (seconds: number) => agoText(new Date(1e12 - seconds * 1000).toISOString(), 1e12);
  expect([-5, 0, 119, 120, 7199, 7200, 172_800].map(ago)).toEqual([
    "0 s",
    "0 s",
    "119 s",
    "2 min",
    "120 min",
    "2 h",
    "2 days",
  ]);
});
