import { afterEach, expect, jest, test } from "@jest/globals";
import { sayWhileWaiting } from "../../../../canaryctl/src/traffic/say-while-waiting.ts";

afterEach(() => {
  jest.useRealTimers();
});

test("a wait of more than two seconds is told, and told again", async () => {
  jest.useFakeTimers();
  const said: string[] = [];
  let end = () => {};
  const work = new Promise<void>((resolve) => {
    end = resolve;
  });
  const waiting = sayWhileWaiting(
    (line) => said.push(line),
    "Waiting for a route",
    () => work,
  );
  jest.advanceTimersByTime(1999);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(12_000);
  expect(said).toEqual(["Waiting for a route: 2 s so far.", "Waiting for a route: 12 s so far."]);
  end();
  await waiting;
  jest.advanceTimersByTime(60_000);
  expect(said).toHaveLength(2);
});
