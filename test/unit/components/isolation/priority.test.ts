import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { renderPriorityClass } from "../../../../components/isolation/priority.ts";
import { manifestsOf } from "../../../e2e/support/manifests.ts";

test("a priority class has its value in its name, for it can never change", () => {
  expect(renderPriorityClass({ app: "echo", namespace: "apps", priority: 1000 })).toEqual({
    metadata: { name: "apps.echo.1000", labels: { app: "echo" } },
    value: 1000,
    description: "Pods of echo in namespace apps",
  });
});

interface Workload {
  readonly spec?: { readonly template?: { readonly spec: { readonly priorityClassName?: string } } };
}

test.each(strategyNames)("%s: the service's pods have the priority, and no others", async (strategy) => {
  const isolation = { mode: "enforce", mutualTls: "permissive", priority: 1000 };
  const all = await manifestsOf({ strategy, isolation, canaryEnabled: false, canaryWeight: 0 });
  const pods = all.flatMap((one) => {
    const { template } = (one as Workload).spec ?? {};
    return template ? [[one.metadata.name, template.spec.priorityClassName]] : [];
  });
  const others = pods.filter(([name]) => name === "versioned-echo-client");
  expect(others).toEqual([["versioned-echo-client", undefined]]);
  expect(pods.length).toBeGreaterThan(1);
  for (const [name, priority] of pods)
    if (name !== "versioned-echo-client") expect([name, priority]).toEqual([name, "canary-lab.versioned-echo.1000"]);
});
