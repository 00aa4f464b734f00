import { beforeAll, expect, test } from "@jest/globals";
import { enterStack, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { findingOf, runMend } from "./support/doctor.ts";
import { fullStack } from "./support/full-stack.ts";
import { applyObjects, canaryctl, kubectl, liveWeight, namespace, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { until } from "./support/until.ts";

describePart("metrics that nobody gets", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...fullStack, ...startingPoint });
  }, 1_900_000);

  /** Whether a caller outside of the mesh, as Prometheus is, gets a pod's metrics: the API server sends in plain text, too. */
  async function areServed(): Promise<boolean> {
    const first = "jsonpath={.items[0].metadata.name}";
    const pod = await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo,version=v1", "-o", first);
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}:8080/proxy/metrics`;
    return kubectl("get", "--raw", path).then(
      (text) => text.includes("http_requests_total"),
      () => false,
    );
  }

  test("STRICT mutual TLS shuts the scraping out: doctor names the policy, and its command lets the metrics through", async () => {
    expect(await areServed()).toBe(true);
    await applyObjects({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace },
      spec: { mtls: { mode: "STRICT" } },
    });
    try {
      await until("plain text is refused", async () => !(await areServed()), { seconds: 30 });
      const id = `strict-mtls/${namespace}/default`;
      const found = await findingOf(id);
      expect(found).toMatchObject({ severity: "warning", evidence: [expect.stringContaining("STRICT at port 8080")] });
      await runMend(found);
      await until("the metrics are served again", areServed, { seconds: 30 });
      expect(await findingOf(id)).toBeUndefined();
    } finally {
      const policies = ["default", "versioned-echo-metrics"];
      await kubectl("delete", "peerauthentication", ...policies, "-n", namespace, "--ignore-not-found");
    }
  }, 120_000);

  test("a Prometheus that is gone refuses a promotion, and is in no rollback's way", async () => {
    const service = JSON.parse(await kubectl("get", "service", "prometheus", "-n", "monitoring", "-o", "json"));
    const select = (selector: object) =>
      kubectl(
        ...["patch", "service", "prometheus", "-n", "monitoring", "--type=json"],
        ...["-p", JSON.stringify([{ op: "replace", path: "/spec/selector", value: selector }])],
      );
    expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
    await select({ gone: "true" });
    try {
      const refused = await until(
        "it is found to be gone", // before that the plan's bake time refuses the promotion
        async () => {
          const promotion = await canaryctl("promote", "--full");
          return promotion.output.includes("cannot be asked") ? promotion : undefined;
        },
        { seconds: 20 },
      );
      expect(refusalFault(refused, /Nothing is known of its errors/)).toBeUndefined();
      const outcome = await canaryctl("rollback");
      expect(outcome.exitCode).toBe(0);
      expect(await liveWeight()).toBe(0);
    } finally {
      await select(service.spec.selector);
    }
  }, 60_000);
});
