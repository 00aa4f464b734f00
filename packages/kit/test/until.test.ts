import { expect, test } from "@jest/globals";
import { type Clock, changesOf, until } from "../src/until.ts";

function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  const sleep = async (milliseconds: number) => {
    slept.push(milliseconds);
    now += milliseconds;
  };
  return { now: () => now, sleep, slept };
}

test("looks until there is something, and gives it", async () => {
  const clock = fakeClock();
  const answers = [undefined, false, "", 0, "there"];
  expect(await until(() => answers.shift(), { seconds: 10, everyMilliseconds: 100, clock })).toBe("there");
  expect(clock.slept).toEqual([100, 100, 100, 100]);
});

test("looks a last time when the time is over, and gives nothing", async () => {
  const clock = fakeClock();
  const looks: number[] = [];
  const look = (waited: number) => void looks.push(waited);
  expect(await until(look, { seconds: 1, clock })).toBeUndefined();
  expect(looks).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test("looks once where there is no time", async () => {
  const clock = fakeClock();
  expect(await until(() => undefined, { seconds: 0, clock })).toBeUndefined();
  expect(clock.slept).toEqual([]);
});

test("what a look throws ends the wait", async () => {
  const failure = until(() => Promise.reject(new Error("refused")), { seconds: 10, clock: fakeClock() });
  await expect(failure).rejects.toThrow("refused");
});

test("changesOf says what changes", () => {
  const said: string[] = [];
  const say = changesOf((line) => said.push(line));
  for (const line of ["a", "a", "b", "a"]) say(line);
  expect(said).toEqual(["a", "b", "a"]);
});
