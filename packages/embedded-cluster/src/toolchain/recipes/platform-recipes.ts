import type { Recipe } from "./recipe.ts";
import { pinned } from "./versions.ts";

const { rollouts, prometheus, prometheusOperator, crane } = pinned;

/** What the add-ons run on, in the order of building. */
export const platformRecipes: readonly Recipe[] = [
  {
    name: "prometheus",
    addOns: ["monitoring"],
    // Of the ways to discover targets only Kubernetes' is used here; those of the clouds are three quarters of the build.
    programs: ["prometheus", "promtool"].map((output) => ({
      output,
      package: `github.com/prometheus/prometheus/cmd/${output}`,
      tags: ["netgo", "remove_all_sd", "enable_kubernetes_sd"],
      ...(output === "promtool" && { inBin: true }),
    })),
    strings: { "github.com/prometheus/common/version.Version": prometheus },
    seconds: 90,
    gigabytes: 1.6,
  },
  {
    name: "prometheus-operator",
    addOns: ["monitoring"],
    programs: ["operator", "prometheus-config-reloader"].map((output) => ({
      output,
      package: `github.com/prometheus-operator/prometheus-operator/cmd/${output}`,
    })),
    strings: { "github.com/prometheus/common/version.Version": prometheusOperator },
    keep: [
      {
        module: "github.com/prometheus-operator/prometheus-operator",
        paths: ["example/prometheus-operator-crd", "example/rbac/prometheus-operator", "example/rbac/prometheus"],
      },
    ],
    seconds: 75,
    gigabytes: 1,
  },
  {
    name: "rollouts",
    addOns: ["rollouts"],
    folder: "cluster",
    programs: [
      { output: "rollouts-controller", package: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller" },
      {
        output: "kubectl-argo-rollouts",
        package: "github.com/argoproj/argo-rollouts/cmd/kubectl-argo-rollouts",
        inBin: true,
      },
    ],
    strings: { "github.com/argoproj/argo-rollouts/utils/version.version": rollouts },
    keep: [
      {
        module: "github.com/argoproj/argo-rollouts",
        paths: ["manifests/crds", "manifests/role", "manifests/base", "manifests/dashboard-install"],
      },
    ],
    seconds: 55,
    gigabytes: 1,
  },
  {
    name: "crane",
    addOns: ["crane"],
    programs: [{ output: "crane", package: "github.com/google/go-containerregistry/cmd/crane", inBin: true }],
    strings: { "github.com/google/go-containerregistry/cmd/crane/cmd.Version": `v${crane}` },
    onPath: { args: ["version"], version: crane },
    seconds: 20,
    gigabytes: 0.3,
  },
];
