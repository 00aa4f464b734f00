import { expect, test } from "@jest/globals";
import { answerText, parseCheck } from "../../../../canaryctl/src/lab-course/checks.ts";
import type { Status } from "../../../../canaryctl/src/status.ts";

const sides = (wanted: number, seen: number, isWithin = true) => [
  {
    side: "stable" as const,
    version: "v1",
    wanted: 100 - wanted,
    seen: 500 - seen,
    failed: 0,
    interval: undefined,
    isWithin,
  },
  { side: "canary" as const, version: "v2", wanted, seen, failed: 0, interval: undefined, isWithin },
];

const measured = {
  sides: sides(30, 156),
  sent: 500,
  answered: 500,
  failed: 0,
  others: 0,
  untold: 0,
  isAsWanted: true,
};

/** As `status --json --traffic 500` prints it. */
const status: Status = {
  stack: "dev",
  target: "embedded",
  kubeContext: "canary-lab",
  namespace: "canary-lab",
  app: "versioned-echo",
  strategy: "istio",
  owner: "pulumi",
  plan: "10% for at least 1m, 100%",
  weights: { config: null, wanted: { stable: 70, canary: 30 }, route: { stable: 70, canary: 30 } },
  routeOwner: "canary-lab",
  outsideMesh: "",
  workloads: [
    { name: "versioned-echo-v1", version: "v1", image: "", ready: 2, wanted: 2, role: "stable" },
    { name: "versioned-echo-v2", version: "v2", image: "", ready: 1, wanted: 2, role: "canary" },
  ],
  release: null,
  fault: null,
  findings: [],
  seen: measured,
};

const ask = (sentence: string, of: Partial<Status> = {}): string | undefined => {
  const check = parseCheck(sentence);
  return check && answerText(check, check.answer({ ...status, ...of }));
};

test.each([
  ["v2 gets 30 % of the answers", "does v2 get 30 %? yes: 31.2 % of 500"],
  ["v2 gets 50 % of the answers", "does v2 get 50 %? no: 31.2 % of 500; the release gives it 30 %"],
  ["v3 gets 30 % of the answers", "does v3 get 30 %? no: no share of v3 was measured"],
  ["every request is answered", "is every request answered? yes: 500 answered, 0 failed"],
  ["the route is 70/30", "is the route 70/30? yes: 70/30"],
  ["the route is 90/10", "is the route 90/10? no: 70/30"],
  ["the config asks for 70/30", "does the config ask for 70/30? no: none"],
  ["2 pods of v1 are ready", "are 2 pods of v1 ready? yes: 2 ready"],
  ["1 pod of v2 is ready", "is 1 pod of v2 ready? yes: 1 ready"],
  ["2 pods of v2 are ready", "are 2 pods of v2 ready? no: 1 ready"],
  ["v2 is gone", "is v2 gone? no: workloads: stable v1 2/2, canary v2 1/2"],
  ["v3 is gone", "is v3 gone? yes: workloads: stable v1 2/2, canary v2 1/2"],
  ["the canary version is v2", "is the canary version v2? yes: workloads: stable v1 2/2, canary v2 1/2"],
  ["the stable version is v2", "is the stable version v2? no: workloads: stable v1 2/2, canary v2 1/2"],
  ["the strategy is istio", "is the strategy istio? yes: istio"],
  ["the release is paused", "is the release paused? no: no controller has a release"],
  ["the release waits for a person", "does the release wait for a person? no: no controller has a release"],
  ["nothing is wrong", "is nothing wrong? yes: status finds nothing"],
])("%s", (sentence, answer) => expect(ask(sentence)).toBe(answer));

test("a share that chance does not allow is a no, and so is a request that failed", () => {
  const seen = { ...measured, sides: sides(30, 90, false), failed: 3, isAsWanted: false };
  expect(ask("v2 gets 30 % of the answers", { seen })).toBe("does v2 get 30 %? no: 18 % of 500, 3 failed");
  expect(ask("every request is answered", { seen })).toBe("is every request answered? no: 500 answered, 3 failed");
});

test("of a controller's release, what it says of itself is the evidence", () => {
  const release = {
    phase: "Paused",
    message: "",
    step: 1,
    steps: 4,
    paused: true,
    waiting: true,
    aborted: false,
    revision: 2,
    analysis: [],
    colours: null,
    line: "Rollout: step 1 of 4, paused",
  };
  expect(ask("the release is paused", { release })).toBe("is the release paused? yes: Rollout: step 1 of 4, paused");
  expect(ask("the release waits for a person", { release })).toContain("yes");
  expect(ask("the release is aborted", { release })).toContain("no");
  expect(ask("the release is healthy", { release })).toContain("no");
});

test("what status finds is wrong, and its words are the evidence", () => {
  const findings = [{ id: "x", what: "A proxy is late.", evidence: [], next: "npx canaryctl up" }];
  expect(ask("nothing is wrong", { findings, fault: "It failed." })).toBe(
    "is nothing wrong? no: A proxy is late. It failed.",
  );
});

test("only what is about answers sends requests", () => {
  expect(parseCheck("v2 gets 30 % of the answers")?.needsTraffic).toBe(true);
  expect(parseCheck("every request is answered")?.needsTraffic).toBe(true);
  expect(parseCheck("the route is 70/30")?.needsTraffic).toBe(false);
});

test.each(["v2 gets 30% of the answers", "the route is 70/30.", "all is well", "", "the release is late"])(
  "%j is no sentence",
  (sentence) => expect(parseCheck(sentence)).toBeUndefined(),
);
