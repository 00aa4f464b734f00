import type { AddOn } from "../../add-ons.ts";
import { platformRecipes } from "./platform-recipes.ts";
import type { Recipe } from "./recipe.ts";
import { pinned } from "./versions.ts";

const { kubernetes, helm, istio } = pinned;

/** Kubernetes takes its version from two packages, and calls itself v0.0.0 where nobody tells it. */
const kubernetesStrings = Object.fromEntries(
  ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((place) => [
    [`${place}.gitVersion`, `v${kubernetes}`],
    [`${place}.gitMajor`, kubernetes.split(".")[0] ?? ""],
    [`${place}.gitMinor`, kubernetes.split(".")[1] ?? ""],
  ]),
);

const istioStrings = { "istio.io/istio/pkg/version.buildVersion": istio };

const kubernetesPrograms = [
  "kubectl",
  "kubelet",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kube-network-policies",
] as const;

/** What the plain cluster, the mesh and the programs are made of, in the order of building: what takes longest comes first. */
const clusterRecipes: readonly Recipe[] = [
  {
    name: "kubernetes",
    folder: "cluster",
    programs: [{ output: "hyperkube", package: "./kubernetes", names: [...kubernetesPrograms, "etcd"], inBin: true }],
    strings: kubernetesStrings,
    seconds: 280,
    gigabytes: 4,
  },
  {
    name: "istio",
    addOns: ["istio", "gateway-api"],
    folder: "cluster",
    programs: [
      {
        output: "pilot-discovery",
        package: "istio.io/istio/pilot/cmd/pilot-discovery",
        tags: ["vtprotobuf", "disable_pgv"],
      },
      {
        output: "pilot-agent",
        package: "istio.io/istio/pilot/cmd/pilot-agent",
        tags: ["vtprotobuf", "disable_pgv", "agent"],
      },
    ],
    strings: istioStrings,
    keep: [
      {
        module: "istio.io/istio",
        paths: [
          "manifests/charts/base",
          "manifests/charts/istio-control/istio-discovery",
          "manifests/charts/gateway",
          "tools/packaging/common/envoy_bootstrap.json",
        ],
      },
      // The version that this Istio speaks.
      { module: "sigs.k8s.io/gateway-api", paths: ["config/crd/standard"] },
    ],
    seconds: 110,
    gigabytes: 1.8,
  },
  {
    name: "istio-cni",
    addOns: ["istio-cni"],
    folder: "cluster",
    programs: ["istio-cni", "install-cni"].map((output) => ({
      output,
      package: `istio.io/istio/cni/cmd/${output}`,
      tags: ["agent", "disable_pgv"],
    })),
    strings: istioStrings,
    keep: [{ module: "istio.io/istio", paths: ["manifests/charts/istio-cni"] }],
    seconds: 40,
    gigabytes: 0.4,
  },
  {
    name: "istioctl",
    addOns: ["istioctl"],
    folder: "cluster",
    programs: [
      {
        output: "istioctl",
        package: "istio.io/istio/istioctl/cmd/istioctl",
        tags: ["vtprotobuf", "disable_pgv"],
        inBin: true,
      },
    ],
    strings: istioStrings,
    seconds: 25,
    gigabytes: 0.4,
  },
  {
    name: "helm",
    addOns: ["helm"],
    folder: "cluster",
    programs: [{ output: "helm", package: "helm.sh/helm/v3/cmd/helm", inBin: true }],
    strings: { "helm.sh/helm/v3/internal/version.version": `v${helm}` },
    onPath: { args: ["version", "--template", "{{.Version}}"], version: helm },
    releases: [
      {
        url: `https://get.helm.sh/helm-v${helm}-linux-{arch}.tar.gz`,
        sha256: {
          x64: "258e830a9e613c8a7a302d6059b4bb3b9758f2f3e1bb8ea0d707ce10a9a72fea",
          arm64: "5ea2d6bc2cda3f8edf985e028809f5a9278f404fb8ab24044de9b7cb9b79a691",
        },
        strip: 1,
      },
    ],
    seconds: 15,
    gigabytes: 0.4,
  },
  {
    name: "coredns",
    folder: "cluster",
    programs: [{ output: "coredns", package: "./coredns" }],
    seconds: 10,
    gigabytes: 0.3,
  },
  {
    name: "pause",
    programs: [{ output: "pause", package: "." }],
    seconds: 1,
    gigabytes: 0.2,
  },
];

/** Everything that this package builds from Go modules. */
export const recipes: readonly Recipe[] = [...clusterRecipes, ...platformRecipes];

/** The recipes among `all` that a cluster with these add-ons needs. */
export const recipesFor = (addOns: readonly AddOn[], all: readonly Recipe[] = recipes): readonly Recipe[] =>
  all.filter((recipe) => recipe.addOns === undefined || recipe.addOns.some((name) => addOns.includes(name)));
