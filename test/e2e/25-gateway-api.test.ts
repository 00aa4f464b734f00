import { expect, test } from "@jest/globals";
import type { Diagnosis } from "../../canaryctl/src/doctor/report.ts";
import { mustRun } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { askGateway } from "./support/gateway.ts";
import { canaryctl, kubectl, labShell, namespace } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { note } from "./support/rollout.ts";
import { editConfig, keepConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sampleLoad, sendLoad, splitFault, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";
import { testWholeRelease } from "./support/whole-release.ts";

withStrategy({ strategy: "gateway-api", plan: { weights: [10, 50], bake: "10s" } });

/** The port of the node that Istio was given for the Gateway's own pods. */
const gatewayPort = async (): Promise<number> =>
  Number(
    await kubectl(
      "get",
      "service",
      "versioned-echo-gateway-istio",
      "-n",
      namespace,
      "-o",
      "jsonpath={.spec.ports[?(@.port==80)].nodePort}",
    ),
  );

test("the Gateway and the route are accepted, by the gateway and by the mesh", async () => {
  const conditions = async (kind: string, path: string) =>
    kubectl("get", kind, "-n", namespace, "-o", `jsonpath={.items[*].status.${path}}`);
  await until("the Gateway is programmed", async () =>
    (await conditions("gateways.gateway.networking.k8s.io", 'conditions[?(@.type=="Programmed")].status')).includes(
      "True",
    ),
  );
  expect(await conditions("httproutes", 'parents[*].conditions[?(@.type=="Accepted")].status')).toBe("True True");
  expect(await conditions("httproutes", 'parents[*].conditions[?(@.type=="ResolvedRefs")].status')).toBe("True True");
  const endpoints = await kubectl(
    "get",
    "endpoints",
    "versioned-echo",
    "-n",
    namespace,
    "-o",
    "jsonpath={..targetRef.name}",
  );
  // Not the gateway's own pods; a pod that is on its way out may still be told of.
  for (const pod of endpoints.split(" ")) expect(pod).toMatch(/^versioned-echo-v1-/);
}, 90_000);

test("a second HTTPRoute of the same Gateway is named by status and doctor, with the command that takes it away", async () => {
  const own = JSON.parse(await kubectl("get", "httproute", "versioned-echo", "-n", namespace, "-o", "json"));
  const rival = { ...own, metadata: { name: "rival", namespace }, status: undefined };
  await mustRun("bash", ["-ec", `kubectl apply -f - <<< '${JSON.stringify(rival)}'`], { env: await labShell() });
  const [status, doctor] = [await canaryctl("status"), await canaryctl("doctor", "--json")];
  const mend = `kubectl -n ${namespace} delete httproute rival`;
  expect(status.exitCode).toBe(1);
  expect(status.stdout).toContain(mend);
  const { findings } = JSON.parse(doctor.stdout) as Diagnosis;
  const found = findings.find(({ id }) => id === `rival/HTTPRoute/${namespace}/rival`);
  expect(found?.evidence[0]).toMatch(/made \S+Z, ours \S+Z/);
  await mustRun("bash", ["-ec", mend], { env: await labShell() });
  expect((await canaryctl("status")).exitCode).toBe(0);
}, 60_000);

test("a preview of another strategy names what it takes away of the way of a request", async () => {
  const restore = keepConfig();
  try {
    editConfig({ strategy: "istio" });
    const { exitCode, stdout } = await canaryctl("preview", "--markdown");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("#### `dev`: risks");
    for (const object of [`HTTPRoute ${namespace}/versioned-echo`, `Gateway ${namespace}/versioned-echo-gateway`])
      expect(stdout).toContain(`- \`${object}\` is deleted\n`);
  } finally {
    restore();
  }
}, 60_000);

test("without a canary the header leads to the stable side", async () => {
  const report = await sendLoad({ requests: 300, rate: 300, headers: { "X-Canary": "v2" } });
  expect(report.versions).toEqual({ v1: 300 });
}, 60_000);

test("create-canary brings pods without traffic", async () => {
  expect((await canaryctl("create-canary", "--image", "versioned-echo:v2", "--replicas", "2")).exitCode).toBe(0);
  expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
}, 120_000);

/** The next weight as soon as the plan has kept the present one for its time. */
const promoted = async () => (await canaryctl("promote")).exitCode === 0;

test.each([10, 50])(
  "promote gives v2 %i percent, of callers in the mesh and of those at the gateway, and no more before the bake time is over",
  async (weight) => {
    await until("the bake time of the weight before is over", promoted, { everyMilliseconds: 1000 });
    expect(refusalFault(await canaryctl("promote"), /The plan keeps \d+ % for 10s/, /--now/)).toBeUndefined();
    await until(
      `v2 answers ${weight} percent`,
      async () => !splitFault(await sendLoad({ requests: 200, rate: 400 }), weight),
    );
    expect(splitFault(await sendLoad(sampleLoad), weight)).toBeUndefined();
    const { v1 = 0, v2 = 0, ...others } = await askGateway({ port: await gatewayPort(), requests: 1000 });
    expect(others).toEqual({});
    expect(Math.abs((100 * v2) / (v1 + v2) - weight)).toBeLessThan(6); // 50 % of 1,000 is off by more once in 7,000 times
  },
  120_000,
);

test("the header always reaches v2", async () => {
  const headers = { "X-Canary": "v2" };
  expect((await sendLoad({ requests: 300, rate: 300, headers })).versions).toEqual({ v2: 300 });
  expect(await askGateway({ port: await gatewayPort(), requests: 200, headers })).toEqual({ v2: 200 });
}, 60_000);

test("rollback takes v2 out of the traffic within two seconds, and loses no request", async () => {
  const load = await startSteadyLoad({ rate: 300 });
  const outcome = await canaryctl("rollback");
  expect(outcome.exitCode).toBe(0);
  const { failed, errors, lastSeen } = await load.stop();
  expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  const milliseconds = (lastSeen.v2 ?? Number.POSITIVE_INFINITY) - outcome.began;
  note(`gateway-api: last answer of v2 ${milliseconds} ms after the rollback began`);
  expect(milliseconds).toBeLessThan(2000);
  expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
}, 120_000);

describePart("a release", () => testWholeRelease(["promote"]));
