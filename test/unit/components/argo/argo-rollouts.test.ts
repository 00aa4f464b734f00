import { describe, expect, test } from "@jest/globals";
import { type RolloutsPart, renderArgoRollouts } from "../../../../components/argo/render-argo-rollouts.ts";
import { register } from "../mocks.ts";

const spec = (part: RolloutsPart, namespace = "argo-rollouts") => ({
  version: "2.41.0",
  appVersion: "v1.9.1",
  source: { repository: "https://charts.example" },
  part,
  namespace,
});

describe("renderArgoRollouts", () => {
  test("is one release for a whole cluster, with the dashboard and without a sidecar", () => {
    const { values, ...release } = renderArgoRollouts(spec("everything"));
    expect(release).toEqual({
      name: "argo-rollouts",
      namespace: "argo-rollouts",
      chart: "argo-rollouts",
      version: "2.41.0",
      repositoryOpts: { repo: "https://charts.example" },
      timeout: 300,
    });
    expect(values).toMatchObject({
      installCRDs: true,
      keepCRDs: false,
      clusterInstall: true,
      controller: { replicas: 1, image: { tag: "v1.9.1" }, podLabels: { "sidecar.istio.io/inject": "false" } },
      dashboard: { enabled: true, image: { repository: "argoproj/kubectl-argo-rollouts", tag: "v1.9.1" } },
    });
  });

  test("has the definitions in one half and a controller without rights to the cluster in the other", () => {
    const [definitions, controller] = [
      renderArgoRollouts(spec("definitions")),
      renderArgoRollouts(spec("controller", "shop")),
    ];
    expect(definitions.name).not.toBe(controller.name);
    expect(definitions.values).toMatchObject({
      installCRDs: true,
      controller: { replicas: 0 },
      dashboard: { enabled: false },
    });
    expect(controller).toMatchObject({
      namespace: "shop",
      values: { installCRDs: false, controller: { replicas: 1 } },
    });
    for (const { values } of [definitions, controller]) {
      expect(values).toMatchObject({ clusterInstall: false, createClusterAggregateRoles: false });
    }
  });
});

describe("ArgoRollouts", () => {
  const namespaces = async (namespace: string) => {
    const all = await register(async () => {
      const { ArgoRollouts } = await import("../../../../components/argo/argo-rollouts.ts");
      new ArgoRollouts("rollouts", spec("everything", namespace));
    });
    expect(all.get("rollouts-release")?.dependencies).toEqual(
      all.has("rollouts-namespace") ? ["rollouts-namespace"] : [],
    );
    return [...all.values()]
      .filter(({ type }) => type.endsWith(":Namespace"))
      .map(({ inputs }) => inputs.metadata.name);
  };

  test("makes its own namespace and no other", async () => {
    expect(await namespaces("argo-rollouts")).toEqual(["argo-rollouts"]);
    expect(await namespaces("shop")).toEqual([]);
  });
});
