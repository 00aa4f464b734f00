import { expect, test } from "@jest/globals";
import { longestFirst } from "../../src/kubernetes/conformance/order.ts";
import { ensureController } from "../../src/kubernetes/conformance/rollouts.ts";

test("a Rollouts controller that watches all namespaces serves the recorded cases as it is", async () => {
  const commands: string[] = [];
  const remove = await ensureController(async (program, args) => {
    commands.push([program, ...args.slice(0, 2)].join(" "));
    return '["--namespaced","--leader-elect"]\n["--healthzPort=8080"]\n';
  }, "conf");
  await remove();
  expect(commands).toEqual(["kubectl get deployments"]);
});

test("of the recorded cases the longest is started first, and one that was stopped before its first step last", () => {
  const short = { id: "c01-short", observed: [{ seconds: 2 }, { seconds: 1.5 }] };
  const long = { id: "c02-long", observed: [{ seconds: 1 }, {}, { seconds: 300 }] };
  expect(longestFirst([{ id: "c00-none" }, short, long])).toEqual(["c02-long", "c01-short", "c00-none"]);
});
