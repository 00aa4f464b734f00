import { describe, expect, test } from "@jest/globals";
import type { Status } from "../../../../canaryctl/src/status.ts";
import { rolloutBlueGreen, rolloutCanary } from "../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { endText } from "../../../../canaryctl/src/watch/show-release.ts";
import { changeLine, createView } from "../../../../canaryctl/src/watch/view.ts";
import { watchRelease } from "../../../../canaryctl/src/watch/watch.ts";
import { fakeLab } from "../fake-lab.ts";
import { aborted, fakeRollout, healthy, pausedCanary, pausedColour } from "../strategies/rollouts/fake-rollout.ts";

const bakes = { ...pausedCanary, currentStepIndex: 3, canary: { weights: { canary: { weight: 60 } } } };

/** Watches a Rollout that becomes `next` after the first look. */
async function watch(start: typeof pausedCanary, next: Partial<typeof pausedCanary>, strategy = rolloutCanary) {
  const { lab, become, log } = fakeRollout(start);
  const lines: string[] = [];
  const show = (status: Status) => {
    lines.push(changeLine(status));
    become(next);
  };
  const watched = await watchRelease(lab, strategy, show, { say: () => {}, signal: new AbortController().signal });
  expect(log).toEqual([]); // who watches does nothing
  return { ...watched, lines };
}

describe("a release is watched", () => {
  test("through its steps until it is finished", async () => {
    const { ending, lines } = await watch(bakes, healthy);
    expect(ending).toBe("finished");
    expect(lines).toEqual([
      "40/60; ready: canary 2/2, stable 2/2; Paused at step 4 of 4 (pause 30s), 60 % on the new revision",
      expect.stringMatching(/^0\/100; .*; Healthy/),
    ]);
  });

  test("until it waits for a person, and says what that person can do", async () => {
    const watched = await watch(bakes, pausedCanary);
    expect(watched.ending).toBe("waiting");
    expect(endText(watched)).toMatch(
      /somebody promotes it\n +next: +npx canaryctl promote\n +or: +npx canaryctl abort/,
    );
    expect((await watch(pausedColour, pausedColour, rolloutBlueGreen)).ending).toBe("waiting");
  });

  test("until it has failed for longer than a passing fault, and says why", async () => {
    const watched = await watch(bakes, aborted);
    expect(watched.ending).toBe("failed");
    expect(watched.lines.length).toBeGreaterThan(3); // a look each second
    expect(endText(watched)).toMatch(/aborted: RolloutAborted[\s\S]*rollback[\s\S]*retry/);
  }, 10_000);

  test("until the user has seen enough, at once, also where people move the traffic and nothing ends by itself", async () => {
    const { lab } = fakeLab({ configWeight: 10 });
    const controller = new AbortController();
    let looks = 0;
    const show = () => {
      looks++;
      setTimeout(() => controller.abort(), 50);
    };
    const began = performance.now();
    const watched = await watchRelease(lab, await configuredStrategy(lab), show, {
      say: () => {},
      signal: controller.signal,
    });
    expect(watched.ending).toBe("interrupted");
    expect(performance.now() - began).toBeLessThan(900);
    expect(looks).toBeGreaterThan(0);
  });
});

test("what is no terminal gets one line for each change, with its time", async () => {
  const { lab } = fakeRollout(bakes);
  const written: string[] = [];
  const terminal = { isTTY: false, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  const view = createView(terminal, {}, () => new Date("2026-01-02T03:04:05Z"));
  const show = (status: Status) => view.show(status);
  const controller = new AbortController();
  const watching = watchRelease(lab, rolloutCanary, show, { say: () => {}, signal: controller.signal });
  setTimeout(() => controller.abort(), 1200);
  await watching;
  expect(written).toEqual([expect.stringMatching(/^03:04:05Z 40\/60; .*\n$/)]);
});
