import type { LoadSummary } from "../apps/load-client/src/load-summary.ts";
import { ingressNamespace } from "../components/mesh/render-istio.ts";
import { gatewayHost, ingressRelease } from "../components/names.ts";
import { mustRun } from "../test/e2e/support/command.ts";
import { canaryctl, labShell, namespace } from "../test/e2e/support/lab.ts";
import { caller, removeCaller, startCaller } from "../test/e2e/support/outside-caller.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Floor, Row } from "./table.ts";

/** Far below what two cores can do, so that nothing waits for its turn. */
const load = { requests: 1000, rate: 200 } as const;

const service = `http://versioned-echo.${namespace}/version`;
const gateway = `http://${ingressRelease}.${ingressNamespace}/version`;
const host = ["--header", `Host: ${gatewayHost("versioned-echo", namespace)}`];
const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "client"];
const outside = ["-n", caller.namespace, caller.name];

/** What each proxy on the way adds to a request: half of the requests took no longer. */
export async function measureProxies(runs: number): Promise<readonly Row[]> {
  secondsOf(await canaryctl("set-traffic", "100", "0"));
  await startCaller();
  try {
    const floor: Floor = {
      name: "one proxy, the service's own sidecar",
      values: await repeat(runs, () => halfOf(outside, service)),
      unit: "ms",
    };
    const row = async (
      what: string,
      from: readonly string[],
      url: string,
      flags: readonly string[] = [],
    ): Promise<Row> => ({
      what: `a request ${what}, half of them`,
      values: await repeat(runs, () => halfOf(from, url, flags)),
      unit: "ms",
      floors: [floor],
    });
    return [
      await row("by the caller's sidecar as well", client, service),
      await row("by the ingress gateway as well", outside, gateway, host),
    ];
  } finally {
    await removeCaller();
  }
}

/** The median of one load, in milliseconds. @throws Error where a request failed */
async function halfOf(from: readonly string[], url: string, flags: readonly string[] = []): Promise<number> {
  const bounds = ["--url", url, "--requests", `${load.requests}`, "--rps", `${load.rate}`, "--concurrency", "16"];
  const args = ["exec", ...from, "--", "node", "/app/load.mjs", ...bounds, ...flags];
  const { stdout } = await mustRun("kubectl", args, { env: await labShell(), quiet: true });
  const { failed, milliseconds } = JSON.parse(
    stdout.split("\n").find((line) => line.startsWith("{")) ?? "",
  ) as LoadSummary;
  if (failed > 0 || milliseconds.p50 === null)
    throw new Error(`${failed} of ${load.requests} requests to ${url} failed.`);
  return milliseconds.p50;
}
