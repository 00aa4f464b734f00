import { mustRun, type Outcome } from "../test/e2e/support/command.ts";
import { labShell, liveRoute, namespace, route, weightPatch } from "../test/e2e/support/lab.ts";

/** `kubectl patch` of the route to this weight of v2: the least that any tool can do. */
export async function patchWeight(canary: number): Promise<Outcome> {
  const patch = weightPatch(await liveRoute(), canary);
  const args = ["patch", "virtualservice", route, "-n", namespace, "--type=json", "-p", patch];
  return mustRun("kubectl", args, { env: await labShell() });
}
