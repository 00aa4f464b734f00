import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mustRun } from "./support/command.ts";
import { mustBeUp, withoutCanary } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, labShell, namespace, pulumi } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { until } from "./support/until.ts";

/** The annotations of an Ingress in the cluster that ingress-nginx reads, without the prefix that they share. */
async function nginxAnnotations(name: string): Promise<Readonly<Record<string, string>>> {
  const { metadata } = JSON.parse(await kubectl("get", "ingress", name, "-n", namespace, "-o", "json"));
  const prefix = "nginx.ingress.kubernetes.io/";
  const entries = Object.entries<string>(metadata.annotations).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
}

describePart("nginx-header", () => {
  withStrategy({ strategy: "istio" });

  beforeAll(() => editConfig({ strategy: "nginx-header" }));

  afterAll(async () => {
    editConfig({ strategy: "istio", ...withoutCanary });
    await mustBeUp();
  }, 300_000);

  test("canaryctl says that this lab cannot run it, and what can", async () => {
    expect(refusalFault(await canaryctl("up"), /nginx/, /gateway-api/)).toBeUndefined();
  }, 60_000);

  test("without a canary there is one Ingress, for everybody", async () => {
    expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
    expect(await kubectl("get", "ingress", "-n", namespace, "-o", "name")).toBe(
      "ingress.networking.k8s.io/versioned-echo-v1",
    );
    expect(await nginxAnnotations("versioned-echo-v1")).toEqual({});
  }, 120_000);

  test("a canary that is taken out of the config while an update brings it gets no Ingress", async () => {
    editConfig({ canaryEnabled: true });
    const updating = pulumi("up", "--yes", "--skip-preview");
    // Its pods come before its Ingress.
    await until("the update has begun", () =>
      kubectl("get", "deployment", "versioned-echo-v2", "-n", namespace, "--ignore-not-found", "-o", "name"),
    );
    editConfig({ canaryEnabled: false });
    expect((await updating).output).toMatch(/began with a canary, and Pulumi\.dev\.yaml asks for none now/);
    const left = await kubectl("get", "ingress", "versioned-echo-v2", "-n", namespace, "--ignore-not-found");
    expect(left).toBe("");
  }, 120_000);

  test("with one, a second Ingress has the same host for those who send the header", async () => {
    editConfig({ canaryEnabled: true });
    expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
    expect(await nginxAnnotations("versioned-echo-v2")).toEqual({
      canary: "true",
      "canary-by-header": "X-Canary",
      "canary-by-header-value": "v2",
    });
    const own = JSON.parse(await kubectl("get", "ingress", "versioned-echo-v1", "-n", namespace, "-o", "json"));
    const rival = JSON.stringify({ ...own, metadata: { name: "rival", namespace }, status: undefined });
    await mustRun("bash", ["-ec", `kubectl apply -f - <<< '${rival}'`], { env: await labShell() });
    const { findings } = JSON.parse((await canaryctl("doctor", "--json")).stdout);
    const mend = [expect.stringContaining(`kubectl -n ${namespace} delete ingress rival`)];
    expect(findings).toContainEqual(expect.objectContaining({ id: `rival/Ingress/${namespace}/rival`, mend }));
    expect(findings.map(({ id }: { id: string }) => id)).not.toContainEqual(expect.stringContaining("route-drift"));
    await kubectl("delete", "ingress", "rival", "-n", namespace);
    const host = (name: string) =>
      kubectl("get", "ingress", name, "-n", namespace, "-o", "jsonpath={.spec.rules[*].host} {.spec.ingressClassName}");
    expect(await host("versioned-echo-v2")).toBe(await host("versioned-echo-v1"));
    editConfig({ canaryEnabled: false });
    expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
  }, 240_000);
});
