import { start } from "./command.ts";
import { applyObjects, kubectl, labShell, namespace } from "./lab.ts";

/** A caller without a sidecar, in a namespace without injection: it knows the Service alone. */
export const caller = { name: "outside-caller", namespace: "default" } as const;

export async function startCaller(): Promise<void> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await kubectl("get", "deployment/versioned-echo-client", "-n", namespace, "-o", path);
  const container = { name: "caller", image, command: ["node", "-e", "setInterval(() => {}, 1e6)"] };
  await applyObjects({
    apiVersion: "v1",
    kind: "Pod",
    metadata: caller,
    spec: { containers: [container], terminationGracePeriodSeconds: 0 },
  });
  await kubectl("wait", "-n", caller.namespace, "--for=condition=Ready", `pod/${caller.name}`, "--timeout=30s");
}

export const removeCaller = (): Promise<string> =>
  kubectl("delete", "pod", caller.name, "-n", caller.namespace, "--ignore-not-found");

/** What a load from outside the mesh saw: how often each version answered, and how often nothing did, by the cause. */
export interface OutsideSummary {
  readonly sent: number;
  readonly versions: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** Each request has a connection of its own, which kube-proxy gives to a pod anew. About 150 a second, by four at once. */
const script = `
import http from "node:http";
const versions = {}, errors = {};
let [sent, isOver] = [0, false];
process.stdin.on("data", () => {}).on("end", () => { isOver = true; });
const count = (counts, key) => { counts[key] = (counts[key] ?? 0) + 1; };
const request = () => new Promise((done) => {
  sent += 1;
  const failed = (error) => { count(errors, error.code ?? error.message); done(); };
  http.get("http://versioned-echo.${namespace}/version", { agent: false, timeout: 10_000 }, (answer) => {
    let body = "";
    answer.on("data", (part) => { body += part; });
    answer.on("end", () => {
      if (answer.statusCode === 200) count(versions, JSON.parse(body).version); else count(errors, answer.statusCode);
      done();
    });
    answer.on("error", failed);
  }).on("timeout", function () { this.destroy(new Error("timeout")); }).on("error", failed);
});
console.log("sending");
await Promise.all([1, 2, 3, 4].map(async () => {
  while (!isOver) { await request(); await new Promise((next) => setTimeout(next, 20)); }
}));
console.log(JSON.stringify({ sent, versions, errors }));
`;

/** The longest that one load may last, in seconds. */
const longestLoad = 240;

/** Sends requests from outside the mesh while `work` goes on. */
export async function outsideLoad(work: () => Promise<unknown>): Promise<OutsideSummary> {
  const args = [
    "exec",
    "--stdin",
    "-n",
    caller.namespace,
    caller.name,
    "--",
    "node",
    "--input-type=module",
    "--eval",
    script,
  ];
  const load = start("kubectl", args, {
    env: await labShell(),
    timeoutSeconds: longestLoad,
    keepsInput: true,
    quiet: true,
  });
  try {
    await work();
  } finally {
    load.endInput();
  }
  const { exitCode, stdout, output } = await load.finished;
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (exitCode !== 0 || !line) throw new Error(`The load from outside the mesh ended with ${exitCode}:\n${output}`);
  return JSON.parse(line) as OutsideSummary;
}

/** Sends this many requests through the API server's proxy of the Service, which is outside the mesh as well. */
export async function byApiServer(requests: number): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}/services/http:versioned-echo:80/proxy/version`;
  const answers = Array.from({ length: requests }, () => kubectl("get", "--raw", path));
  return (await Promise.all(answers)).map((body) => (JSON.parse(body) as { readonly version: string }).version);
}
