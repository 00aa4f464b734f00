import { until } from "@canary-lab/kit/until";
import { afterEach, expect, jest, test } from "@jest/globals";
import type { Hub } from "../../../../canaryctl/src/ui/hub.ts";
import type { ActView, Snapshot } from "../../../../canaryctl/src/ui/snapshot.ts";
import { fakeHub, ofTraffic } from "./fake-hub.ts";

const hubs: Hub[] = [];
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.end();
});

function watched(stack = "dev") {
  const fake = fakeHub();
  hubs.push(fake.hub);
  const window = () => {
    const events: [string, Partial<Snapshot>][] = [];
    const close = fake.hub.subscribe(stack, (event, data) => events.push([event, data]));
    const sees = (holds: (data: Partial<Snapshot>) => boolean) =>
      until(async () => events.some(([, data]) => holds(data)) || undefined, { seconds: 5 });
    return { events, close, sees };
  };
  return { ...fake, window };
}

const running: ActView = {
  id: 1,
  name: "set-traffic",
  command: "set-traffic 70 30",
  began: "2026-01-31T12:00:00Z",
  state: "running",
  output: "",
};

test("a window gets a snapshot, and then what changes, and nothing while nothing does", async () => {
  const { window, looks, becomes } = watched();
  const { events, sees } = window();
  expect(events).toMatchObject([
    [
      "snapshot",
      {
        ...{ stack: "dev", stacks: ["dev", "staging"], release: null, acts: [] },
        ...{ service: null, applications: { own: "versioned-echo", services: ["orders", "billing"] } },
      },
    ],
  ]);
  await sees(({ trouble }) => trouble !== undefined && trouble !== null);
  expect(events[1]).toEqual(["change", { trouble: "error: The lab is not up." }]);
  const before = looks();
  await until(async () => looks() > before + 1 || undefined, { seconds: 5 });
  expect(events.length).toBe(2);
  becomes({ trouble: null });
  await sees((data) => data.stack === undefined && data.trouble === null);
  expect(events.at(-1)).toEqual(["change", { trouble: null }]);
});

test("two windows share what is read of a stack, and the second one begins where the first one is", async () => {
  const { window, opened } = watched();
  const first = window();
  await first.sees(({ trouble }) => typeof trouble === "string");
  const second = window();
  expect(second.events).toMatchObject([["snapshot", { trouble: "error: The lab is not up." }]]);
  expect(opened).toEqual(["dev"]);
});

test("an act is told at once to each window, and from when it has moved the traffic that is looked at more closely", async () => {
  const { window, acts, looks, looksAtTraffic, questions, moves } = watched();
  const [one, other] = [window(), window()];
  await one.sees(({ trouble }) => typeof trouble === "string");
  acts("dev", running);
  expect(one.events.at(-1)).toEqual(["change", { acts: [running] }]);
  expect(other.events.at(-1)).toEqual(["change", { acts: [running] }]);
  const before = looks();
  await until(async () => questions() >= 5 || undefined, { seconds: 5 });
  expect(looks() - before).toBeLessThanOrEqual(1);
  expect(looksAtTraffic()).toBe(0);
  moves();
  const began = performance.now();
  await until(async () => looksAtTraffic() >= 3 || undefined, { seconds: 5 });
  expect(performance.now() - began).toBeLessThan(2000); // three of the usual looks take as many seconds
  expect(one.events).toContainEqual(["change", { trouble: ofTraffic }]);
});

test("a look that finds the traffic moved is followed closely, as where it was asked for", async () => {
  const { window, acts, becomes, looksAtTraffic } = watched();
  const live = (canary: number) => ({ release: { live: { stable: 100 - canary, canary } } as never });
  becomes(live(10));
  await window().sees(({ release }) => release?.live?.canary === 10);
  acts("dev", running);
  becomes(live(30));
  await until(async () => looksAtTraffic() >= 3 || undefined, { seconds: 5 });
  expect(looksAtTraffic()).toBeGreaterThanOrEqual(3);
});

test("when an act has ended, whatever it did, all is read at once, and the traffic is looked at closely", async () => {
  const { window, acts, looks, looksAtTraffic, questions } = watched();
  await window().sees(({ trouble }) => typeof trouble === "string");
  const [before, began] = [looks(), performance.now()];
  acts("dev", { ...running, state: "done" });
  await until(async () => looks() > before || undefined, { seconds: 5, everyMilliseconds: 10 });
  expect(performance.now() - began).toBeLessThan(500);
  await until(async () => looksAtTraffic() >= 3 || undefined, { seconds: 5 });
  expect(performance.now() - began).toBeLessThan(2000);
  await until(async () => looks() > before + 2 || undefined, { seconds: 5 }); // what else there is goes on to be read
  expect(looks()).toBeGreaterThan(before + 2);
  expect(questions()).toBe(0);
});

test("a service is read and acted on by itself", async () => {
  const { window, opened, acts } = watched("dev/orders");
  const { events, sees } = window();
  expect(events).toMatchObject([["snapshot", { stack: "dev", service: "orders" }]]);
  await sees(({ trouble }) => typeof trouble === "string");
  acts("dev", running);
  acts("dev/orders", { ...running, id: 2 });
  expect(events.slice(2)).toEqual([["change", { acts: [{ ...running, id: 2 }] }]]);
  expect(opened).toEqual(["dev/orders"]);
});

test("a window that is closed hears no more", async () => {
  const { window, acts } = watched();
  const { events, close, sees } = window();
  await sees(({ trouble }) => typeof trouble === "string");
  close();
  acts("dev", running);
  expect(events.length).toBe(2);
});

test("a stack is read also by a server that has waited long for its first window", async () => {
  const late = performance.now.bind(performance);
  const clock = jest.spyOn(performance, "now").mockImplementation(() => late() + 3_600_000);
  try {
    const { sees } = watched().window();
    await sees(({ trouble }) => typeof trouble === "string");
  } finally {
    clock.mockRestore();
  }
});
