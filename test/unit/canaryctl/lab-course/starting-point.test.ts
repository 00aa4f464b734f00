import { expect, test } from "@jest/globals";
import { noFaults } from "../../../../apps/versioned-echo/src/faults.ts";
import { readPages } from "../../../../canaryctl/src/lab-course/course.ts";
import { beginsAtStart, deviationsOf, readDeviations } from "../../../../canaryctl/src/lab-course/starting-point.ts";
import type { Status } from "../../../../canaryctl/src/status.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";
import { faultOf } from "../../docs/command-fault.ts";
import { commandsIn } from "../../docs/commands-in.ts";

interface Stack {
  readonly strategy?: string;
  readonly stable?: string;
  readonly canary?: string;
  readonly share?: number;
}

function statusOf({ strategy = "istio", stable = "v1", canary = "v2", share = 10 }: Stack): Status {
  const workloads = [
    { role: "stable", version: stable, wanted: 2, ready: 2 },
    ...(canary === "" ? [] : [{ role: "canary", version: canary, wanted: 2, ready: 2 }]),
  ];
  return { stack: "dev", strategy, workloads, weights: { route: shareOf(share) } } as unknown as Status;
}

const healthy = [{ pod: "a", faults: noFaults }];
const pods = { stable: healthy, canary: healthy };

const anew =
  "git checkout Pulumi.dev.yaml && npx canaryctl config set canaryEnabled false canaryWeight 0 && npx canaryctl up && git checkout Pulumi.dev.yaml && npx canaryctl up";
const loses = "This brings it back, and drops what else was changed in Pulumi.dev.yaml:";
const again =
  "npx canaryctl set-traffic 100 0 && npx canaryctl create-canary --image versioned-echo:v2 && npx canaryctl set-traffic 90 10";

test("each page begins where the first up ends, and there nothing deviates", () => {
  expect(readPages().filter((page) => !beginsAtStart(page))).toEqual([]);
  expect(deviationsOf(statusOf({}), pods)).toEqual([]);
});

test.each([
  [{ share: 0 }, "The traffic is at 100/0, not 90/10.", "npx canaryctl set-traffic 90 10"],
  [{ canary: "", share: 0 }, "There is no canary v2.", again],
  [{ canary: "v3" }, "There is no canary v2.", again],
  [{ stable: "v3", canary: "", share: 0 }, `The stable version is v3, not v1. ${loses}`, anew],
  [{ strategy: "rollout-canary" }, `The strategy is rollout-canary, not istio. ${loses}`, anew],
])("%j is told with what brings it back", async (stack, cause, next) => {
  expect(deviationsOf(statusOf(stack), pods)).toEqual([`${cause}\n  next:    ${next}`]);
  for (const command of commandsIn(next)) expect(await faultOf(command)).toBeUndefined();
});

test("a fault is told with its pods and what heals them", () => {
  const broken = { pod: "b", faults: { ...noFaults, errorRate: 0.3 } };
  const silent = { pod: "c", faults: null };
  expect(deviationsOf(statusOf({}), { stable: healthy, canary: [broken, silent, ...healthy] })).toEqual([
    "A fault is set in 1 of 3 canary pods: 30 % of the answers are errors.\n  next:    npx canaryctl faults canary --none",
  ]);
});

test("a stack that cannot be asked is told", async () => {
  const status = () => Promise.reject(new Error("The status cannot be read:\nerror: The lab is not up."));
  expect(await readDeviations({ status, faults: async () => [] })).toEqual([
    "The status cannot be read:\nerror: The lab is not up.",
  ]);
});
