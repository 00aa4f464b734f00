import { expect, test } from "@jest/globals";
import { ensureController } from "../../../../../../cluster/embedded/plugins/kubernetes/conformance/rollouts.ts";

test("a Rollouts controller that watches all namespaces serves the recorded cases as it is", async () => {
  const commands: string[] = [];
  const remove = await ensureController(async (program, args) => {
    commands.push([program, ...args.slice(0, 2)].join(" "));
    return '["--namespaced","--leader-elect"]\n["--healthzPort=8080"]\n';
  }, "conf");
  await remove();
  expect(commands).toEqual(["kubectl get deployments"]);
});
