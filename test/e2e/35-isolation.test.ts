import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Outcome, run } from "./support/command.ts";
import { enterStack, mustBeUp, startingPoint, withoutCanary } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { doctor } from "./support/doctor.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack } from "./support/full-stack.ts";
import { applyObjects, canaryctl, kubectl, labShell, namespace } from "./support/lab.ts";
import { outsideLoad, removeCaller, startCaller } from "./support/outside-caller.ts";
import { activeTargets, isUp } from "./support/prometheus.ts";
import { editConfig, type StackValues } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";
import { istioFindings } from "./support/validators.ts";
import { testWholeRelease } from "./support/whole-release.ts";

const kinds = [
  "peerauthentications.security.istio.io",
  "authorizationpolicies.security.istio.io",
  "sidecars.networking.istio.io",
  "networkpolicies.networking.k8s.io",
  "resourcequotas",
  "limitranges",
].join(",");

/** A namespace of somebody else's in the mesh, with one pod. */
const shop = "isolation-shop";

const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "client"] as const;
const customer = ["-n", shop, "customer", "-c", "customer"] as const;

/** The status of a raw request from a pod in the mesh, or the code of its error. */
async function ask(caller: readonly string[], url: string, method = "GET"): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  // As it is written: `fetch` would put a path in order.
  const path = url.slice(url.indexOf(hostname) + hostname.length).replace(/^:\d+/, "") || pathname;
  const options = JSON.stringify({ hostname, port: port || 80, path, method, timeout: 5000 });
  const script = `require("node:http").request(${options}, (answer) => { console.log(answer.statusCode); process.exit(); }).on("timeout", function () { this.destroy(new Error("timeout")); }).on("error", ({ code, message }) => console.log(code ?? message)).end()`;
  return kubectl("exec", ...caller, "--", "node", "-e", script);
}

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** What the API server says of a pod in the application's namespace; nothing is kept. */
async function tried(container: object): Promise<Outcome> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tried", namespace },
    spec: { containers: [{ name: "tried", image: "registry.example/tried:1", ...container }] },
  };
  return run("bash", ["-ec", `kubectl apply --dry-run=server -f - <<< '${JSON.stringify(pod)}'`], {
    env: await labShell(),
    quiet: true,
  });
}

async function startCustomer(): Promise<void> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await kubectl("get", "deployment/versioned-echo-client", "-n", namespace, "-o", path);
  const metadata = (name: string) => ({ name, namespace: shop });
  const container = { name: "customer", image, command: ["node", "-e", "setInterval(() => {}, 1e6)"] };
  await applyObjects(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: shop, labels: { "istio-injection": "enabled" } } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: metadata("customer"),
      spec: { containers: [container], terminationGracePeriodSeconds: 0 },
    },
  );
  await kubectl("wait", "-n", shop, "--for=condition=Ready", "pod/customer", "--timeout=60s");
}

/** A few seconds of requests from outside of the mesh, each by a connection of its own. */
async function fromOutside() {
  const begun = Date.now();
  const { versions, errors } = await outsideLoad(() =>
    until("two seconds of load are over", async () => Date.now() - begun > 2000, { seconds: 10 }),
  );
  return { answered: Object.keys(versions), refused: Object.keys(errors) };
}

/** Turns the isolation on or off, or changes it. */
async function apply(isolation: StackValues | undefined): Promise<void> {
  editConfig({ isolation: isolation as StackValues[string] });
  await mustBeUp();
}

const answers = `http://versioned-echo.${namespace}/version`;

describePart("an application kept apart", () => {
  withStrategy({ strategy: "istio", ...fullStack });

  beforeAll(async () => {
    editConfig({ ...startingPoint, ...withoutCanary });
    await mustBeUp();
    await startCaller();
    await startCustomer();
  }, 600_000);

  afterAll(async () => {
    await removeCaller();
    await kubectl("delete", "namespace", shop, "--ignore-not-found");
    editConfig({ isolation: undefined, istioCni: undefined });
    await enterStack({ ...fullStack, strategy: "istio" });
  }, 600_000);

  test("was open: everybody in the cluster could call it", async () => {
    expect(await fromOutside()).toEqual({ answered: ["v1"], refused: [] });
    expect([await ask(customer, answers), await ask(customer, `http://versioned-echo.${namespace}/faults`)]).toEqual([
      "200",
      "200",
    ]);
    expect(await ask(client, "http://prometheus.monitoring:9090/-/ready")).toBe("200");
  }, 60_000);

  test("closes under load, and no request of its own callers is lost", async () => {
    const load = await startSteadyLoad();
    expect(await canaryctl("config", "set", "isolation", '{"mode": "enforce"}')).toMatchObject({ exitCode: 0 });
    expect(await canaryctl("up")).toMatchObject({ exitCode: 0 });
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await istioFindings(namespace)).toEqual([]);
  }, 300_000);

  test("is out of reach for pods outside of the mesh, by its network policies", async () => {
    await until("callers outside of the mesh are refused", async () => (await fromOutside()).answered.length === 0);
    expect(await fromOutside()).toEqual({ answered: [], refused: ["timeout"] });
  }, 120_000);

  test("refuses plain text, but for the metrics", async () => {
    const pod = await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo", "-o", "name");
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.split("\n")[0]?.replace("pod/", "")}:8080/proxy`;
    expect(await kubectl("get", "--raw", `${path}/metrics`)).toContain("http_requests_total");
    await expect(kubectl("get", "--raw", `${path}/version`)).rejects.toThrow(/RBAC: access denied|[Ff]orbidden/);
  }, 120_000);

  test("is scraped as before", async () => {
    const mine = async () =>
      (await activeTargets()).filter(({ labels }) => labels.namespace === namespace && labels.job === "versioned-echo");
    await until(
      "each pod is scraped again",
      async () => {
        const targets = await mine();
        return targets.length > 0 && targets.every(isUp);
      },
      { seconds: 120, everyMilliseconds: 1000 },
    );
  }, 150_000);

  test("takes no faults from the network, however their path is written, and those of canaryctl", async () => {
    for (const path of ["/faults", "/faults/", "/faults?x", "/faults;x", "/%66aults", "//faults", "/./faults"]) {
      for (const method of ["GET", "PUT"])
        expect([path, method, await ask(client, `http://versioned-echo${path}`, method)]).toEqual([
          path,
          method,
          expect.stringMatching(/^40[34]$/),
        ]);
    }
    expect(await ask(client, "http://versioned-echo/faults")).toBe("403");
    expect(await ask(client, "http://versioned-echo/version")).toBe("200");
    expect(await canaryctl("faults", "stable", "--latency", "1")).toMatchObject({ exitCode: 0 });
    expect(await setFaults("version=v1", {})).toBeGreaterThan(0);
  }, 120_000);

  test("is called by whom the config names, and by nobody else in the mesh", async () => {
    // By the service's sidecar on a connection of before; a new one comes through no network policy.
    const refused = async () => ["403", "503", "timeout"].includes(await ask(customer, answers));
    // A sidecar lets the connections of its listener before end within 45 s.
    await until("the customer is refused", refused);
    await apply({ mode: "enforce", callers: [`${shop}/default`] });
    await until("the customer is let in", async () => (await ask(customer, answers)) === "200");
    await apply({ mode: "enforce" });
    await until("the customer is refused again", refused);
  }, 300_000);

  test("sends nothing out of its namespace", async () => {
    expect(await ask(client, "http://prometheus.monitoring:9090/-/ready")).not.toBe("200");
    expect(await ask(client, `http://versioned-echo.${namespace}/`)).toBe("200");
  }, 60_000);

  test("warns of a privileged pod, and doctor says why it is not refused", async () => {
    const privileged = await tried({ securityContext: { privileged: true } });
    expect(privileged.exitCode).toBe(0);
    expect(privileged.output).toMatch(/would violate PodSecurity "restricted:latest":.*privileged/);
    const { findings, exitCode } = await doctor();
    expect(exitCode).toBe(0);
    expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([`info pod-security/${namespace}`]);
  }, 60_000);

  test("gets Istio's CNI agent under load, and no request is lost", async () => {
    const load = await startSteadyLoad();
    expect(await canaryctl("config", "set", "istioCni", "true")).toMatchObject({ exitCode: 0 });
    expect(await canaryctl("up")).toMatchObject({ exitCode: 0 });
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
  }, 300_000);

  test("refuses a privileged pod, and any that asks for more than a release takes", async () => {
    const privileged = await tried({ securityContext: { privileged: true } });
    expect(privileged.exitCode).not.toBe(0);
    expect(privileged.output).toMatch(/violates PodSecurity "restricted:latest":.*privileged/);
    const large = await tried({ securityContext: restricted, resources: { requests: { cpu: "50", memory: "64Mi" } } });
    expect(large.exitCode).not.toBe(0);
    expect(large.output).toMatch(/exceeded quota: versioned-echo-quota/);
    const fitting = await tried({ securityContext: restricted });
    expect([fitting.exitCode, fitting.output]).toEqual([0, expect.not.stringContaining("PodSecurity")]);
  }, 60_000);

  test("doctor has nothing against it", async () => {
    expect(await doctor()).toMatchObject({ findings: [], exitCode: 0 });
  }, 60_000);

  describe("has room and ways for", () => {
    testWholeRelease(["promote"]);
  });

  test("has pods that set up no network, with sidecars that carry all of their traffic", async () => {
    const [names, added] = ["name", "securityContext.capabilities.add"].map(
      (field) => `{.items[*].spec.initContainers[*].${field}}`,
    );
    const pods = ["get", "pods", "-n", namespace, "-l", "app=versioned-echo"];
    expect(await kubectl(...pods, "-o", `jsonpath=${names}:${added}`)).toMatch(/^istio-validation .*:$/);
    expect(await istioFindings(namespace)).toEqual([]);
  }, 60_000);

  test("opens again, and nothing of it is left", async () => {
    const load = await startSteadyLoad();
    editConfig({ istioCni: undefined });
    await apply(undefined);
    expect(await kubectl("get", "daemonsets", "-n", "istio-system", "-o", "name")).toBe("");
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await kubectl("get", kinds, "-n", namespace, "-o", "name")).toBe("");
    const labels = await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.labels}");
    expect(labels).not.toContain("pod-security");
    await until("callers outside of the mesh are answered", async () => {
      const { answered, refused } = await fromOutside();
      return answered.length > 0 && refused.length === 0;
    });
    expect(await ask(customer, answers)).toBe("200");
  }, 300_000);
});
