import type { LoadSummary } from "../../apps/load-client/src/load-summary.ts";
import { start, userEnvironment } from "../e2e/support/command.ts";
import { until } from "../e2e/support/until.ts";
import { firstPod, processesOf } from "./pods.ts";

/** Requests per second, and the most that one load lasts, in seconds. */
const [rate, longest] = [300, 120];

/**
 * A steady load in the load client's pod, as `startSteadyLoad` sends it, but entered by the kernel: an exec goes through the API server,
 * the kubelet and containerd, and ends with each of them.
 */
export async function startInsideLoad(): Promise<{ stop(): Promise<LoadSummary> }> {
  const pod = await firstPod("app=versioned-echo-client");
  const bounds = {
    url: "http://versioned-echo/",
    requests: rate * longest,
    rps: rate,
    seconds: longest,
    concurrency: 64,
  };
  const flags = Object.entries(bounds).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const user = ["--setuid", "65532", "--setgid", "65532"];
  const program = ["node", "/app/load.mjs", ...flags, "--ends-with-input"];
  const { finished, output, endInput } = start(
    "nsenter",
    ["--target", String(clientOf(pod)), "--mount", "--net", "--uts", "--ipc", "--pid", ...user, "--", ...program],
    { env: userEnvironment(), timeoutSeconds: longest + 30, keepsInput: true },
  );
  await until("the load is being sent", () => output().includes("sending"), { seconds: 20 });
  return {
    stop: async () => {
      endInput();
      const { exitCode, stdout, output: all, seconds } = await finished;
      const line = stdout.split("\n").find((text) => text.startsWith("{"));
      if (exitCode !== 0 || !line) throw new Error(`The load generator ended with ${exitCode}:\n${all}`);
      if (seconds >= longest) throw new Error(`The load had ended before it was stopped, after ${longest} s.`);
      return JSON.parse(line) as LoadSummary;
    },
  };
}

/** The process that keeps the container of a load client open. */
function clientOf(pod: string): number {
  const [found] = processesOf(pod, /^node \/app\/load\.mjs --wait /);
  if (found === undefined) throw new Error(`Pod ${pod} has no process here: the faults are for the embedded cluster.`);
  return found;
}
