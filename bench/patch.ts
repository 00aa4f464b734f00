import { mustRun, type Outcome } from "../test/e2e/support/command.ts";
import { labShell, namespace, route } from "../test/e2e/support/lab.ts";

/** `kubectl patch` of the route to this weight of v2: the least that any tool can do. */
export async function patchWeight(canary: number): Promise<Outcome> {
  const weights = [100 - canary, canary].map((value, side) => ({
    op: "replace",
    path: `/spec/http/0/route/${side}/weight`,
    value,
  }));
  const args = ["patch", "virtualservice", route, "-n", namespace, "--type=json", "-p", JSON.stringify(weights)];
  return mustRun("kubectl", args, { env: await labShell() });
}
