import { mustRun, type Outcome } from "../test/e2e/support/command.ts";
import { labShell, liveRoute, namespace, route, weightPatch } from "../test/e2e/support/lab.ts";

/** `kubectl patch` of the route to this weight of v2: the least that any tool can do. */
export async function patchWeight(canary: number): Promise<Outcome> {
  const patch = weightPatch(await liveRoute(), canary);
  const args = ["patch", "virtualservice", route, "-n", namespace, "--type=json", "-p", patch];
  return mustRun("kubectl", args, { env: await labShell() });
}

/** Lets the Service have the pods of v2 as well: while their share is 0 it has none of them, and a route alone would lead nowhere. */
export async function openService(): Promise<void> {
  const patch = JSON.stringify({ spec: { selector: { version: null } } });
  await mustRun("kubectl", ["patch", "service", "versioned-echo", "-n", namespace, "--type=merge", "-p", patch], {
    env: await labShell(),
  });
}
