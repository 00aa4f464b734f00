import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { backToStart, enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, liveWeight, namespace, requireLab } from "./support/lab.ts";
import { as, audited, labEnvironment, pulumiAs, roleAccount, roleFile } from "./support/role.ts";
import { editConfig } from "./support/stack-config.ts";

// The two roles of updates, each by its own kubeconfig. The stack owns its platform here.

const roles = ["updater", "previewer"] as const;

/** What tells that somebody has written the route, the sides or the note of the stack. */
const written = async (): Promise<string> =>
  [
    await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.resourceVersion}"),
    await kubectl("-n", namespace, "get", "virtualservices", "-o", "jsonpath={.items[*].metadata.resourceVersion}"),
    await kubectl("-n", namespace, "get", "deployments", "-o", "jsonpath={.items[*].metadata.generation}"),
  ].join(" ");

/** What a preview says that an update changes. */
function changesIn(json: string) {
  const { previews } = JSON.parse(json) as {
    readonly previews: readonly {
      readonly outcome: string;
      readonly resources: readonly unknown[];
      readonly config: readonly unknown[];
      readonly traffic: { readonly kind: string; readonly before: number; readonly after: number };
      readonly errors: readonly string[];
    }[];
  };
  const [preview] = previews;
  if (!preview) throw new Error(`no stack in ${json}`);
  const { outcome, resources, config, traffic, errors } = preview;
  return { outcome, resources, config, errors, traffic: [traffic.kind, traffic.before, traffic.after] };
}

describePart("accounts of updates and of previews", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...startingPoint, accounts: true });
    for (const role of roles) expect((await canaryctl("kubeconfig", "--role", role)).exitCode).toBe(0);
  }, 300_000);

  afterAll(async () => {
    for (const role of roles) rmSync(roleFile(role), { force: true });
    editConfig({ accounts: undefined, autoscaling: undefined, services: undefined });
    await backToStart();
  }, 240_000);

  test("a previewer sees the same changes as an administrator, and changes nothing", async () => {
    editConfig({ canaryWeight: 30 });
    const before = await written();
    const outcome = await as("previewer", "preview", "--json");
    const previewed = changesIn(outcome.stdout);
    expect(previewed).toEqual(changesIn((await canaryctl("preview", "--json")).stdout));
    expect(previewed).toMatchObject({ outcome: "changes", errors: [], traffic: ["share", 10, 30] });
    const plain = await as("previewer", "preview");
    expect(plain.exitCode).toBe(0);
    expect(plain.output).toMatch(/weight *: 10 => 30/);
    expect(await written()).toBe(before);
    expect(audited(roleAccount("previewer"), "virtualservices").filter((line) => !line.endsWith(" 403"))).toEqual([]);
  }, 120_000);

  test("a previewer's up is refused before anything is touched", async () => {
    const before = await written();
    const outcome = await as("previewer", "up");
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toContain("This account lacks rights that the stack needs:");
    expect(outcome.output).toMatch(/patch.* virtualservices\.networking\.istio\.io in namespace canary-lab/);
    expect([await written(), await liveWeight()]).toEqual([before, 10]);
  }, 120_000);

  test("an updater applies another weight and other pods, under its own name", async () => {
    const { kubeconfig } = labEnvironment();
    editConfig({ canaryWeight: 5 }); // a fall, which no judge is asked about
    const moved = await as("updater", "up");
    expect(moved.output).not.toContain("forbidden");
    expect(moved.exitCode).toBe(0);
    expect(await liveWeight()).toBe(5);
    editConfig({ replicas: 3 });
    expect((await as("updater", "up")).exitCode).toBe(0);
    const pods = ["-n", namespace, "get", "deployment", "versioned-echo-v1", "-o", "jsonpath={.status.readyReplicas}"];
    expect(await kubectl(...pods)).toBe("3");
    for (const kind of ["virtualservices", "deployments"])
      expect(audited(roleAccount("updater"), kind)).toContain(`patch ${kind} 200`);
    expect(labEnvironment().kubeconfig).toBe(kubeconfig); // whoever names no account still has their own
  }, 300_000);

  test("an updater changes no right of an account, and is told who may", async () => {
    const before = await written();
    editConfig({ autoscaling: { maxReplicas: 4 } });
    const updates = [() => as("updater", "up"), () => pulumiAs("updater", "up", "--yes", "--skip-preview")];
    for (const update of updates) {
      const refused = await update();
      expect(refused.exitCode).not.toBe(0);
      expect(refused.output).toContain(
        "This update changes the stack's accounts or its policy, and this account may not:",
      );
      expect(refused.output).toContain("have whoever has more rights run this `up` once");
      expect(await written()).toBe(before);
    }
    editConfig({ autoscaling: undefined });
    expect((await as("updater", "up")).exitCode).toBe(0);
  }, 180_000);

  test("an updater applies another weight of a service, which a previewer sees before, and makes no service", async () => {
    const orders = { canaryWeight: 10, replicas: 1, canaryReplicas: 1 };
    editConfig({ services: { orders } });
    const refused = await as("updater", "up");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toMatch(/create.* namespaces in the cluster/);
    await mustBeUp();
    editConfig({ services: { orders: { ...orders, canaryWeight: 5 } } });
    expect(changesIn((await as("previewer", "preview", "--json")).stdout)).toMatchObject({
      outcome: "changes",
      errors: [],
    });
    const moved = await as("updater", "up");
    expect(moved.output).not.toContain("forbidden");
    expect(moved.exitCode).toBe(0);
    const weight = 'jsonpath={.spec.http[?(@.name=="weighted")].route[?(@.destination.subset=="v2")].weight}';
    const route = ["get", "virtualservice", "orders-virtualservice", "-n", `${namespace}-orders`, "-o", weight];
    expect(await kubectl(...route)).toBe("5");
  }, 300_000);
});
