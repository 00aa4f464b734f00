/** A part of the repository that tests of its own prove: while nothing changed that it depends on, they need not run again. */
export interface Part {
  /** The end-to-end tests that prove it; their digest counts, too. */
  readonly test: string;
  /** Modules that the part consists of: all that they import counts, and the versions of packages from the registry. */
  readonly modules: readonly string[];
  /** Files and folders that are read at run time. */
  readonly data: readonly string[];
}

const embedded = "packages/embedded-cluster";
const plugins = "packages/pulumi-plugins";

/** The whole product: for tests of what many of its rooms take part in, and that other tests go through in a simpler form. */
const product: Pick<Part, "modules" | "data"> = {
  modules: ["index.ts", "canaryctl/src/main.ts"],
  data: [
    "Pulumi.yaml",
    ...["versioned-echo", "load-client"].flatMap((app) =>
      ["Dockerfile", "package.json", "src"].map((name) => `apps/${app}/${name}`),
    ),
    `${embedded}/modules`,
    `${embedded}/own-charts`,
    `${plugins}/modules`,
  ],
};

/** Paths are relative to the repository's root. */
export const parts: Readonly<Record<string, Part>> = {
  machine: {
    test: "test/e2e/09-machine.test.ts",
    modules: [`${embedded}/src/command.ts`, "cluster/embedded.ts"],
    data: [`${embedded}/modules`, `${embedded}/bin`],
  },
  manifests: {
    test: "test/e2e/26-manifests.test.ts",
    modules: ["index.ts"],
    data: ["Pulumi.yaml", `${embedded}/modules`, `${embedded}/own-charts`],
  },
  backends: {
    test: "test/e2e/14-backends.test.ts",
    modules: ["canaryctl/src/main.ts", "canaryctl/src/engine/prepare.ts"],
    data: ["test/e2e/tools/versitygw", `${plugins}/modules/pulumi`],
  },
  "state-in-a-bucket": { test: "test/e2e/15-state-in-a-bucket.test.ts", ...product },
  workflows: {
    test: "test/e2e/16-workflows.test.ts",
    modules: [],
    data: [".github", "action.yml", "test/e2e/tools/actionlint"],
  },
  flips: { test: "test/e2e/06-flips.test.ts", ...product },
  kills: { test: "test/e2e/48-kills.test.ts", ...product },
  migration: { test: "test/e2e/29-migration.test.ts", ...product },
  analysis: { test: "test/e2e/32-analysis.test.ts", ...product },
  ...Object.fromEntries(
    (
      [
        ["istio", "22-finish"],
        ["gateway-api", "25-gateway-api"],
        ["replica-ratio", "27-replica-ratio"],
        ["rolling-update", "28-rolling-update"],
        ["rollout-canary", "30-rollout-canary"],
        ["rollout-blue-green", "33-blue-green"],
      ] as const
    ).map(([strategy, file]) => [`release-${strategy}`, { test: `test/e2e/${file}.test.ts`, ...product }]),
  ),
  "nginx-header": {
    test: "test/e2e/45-nginx-header.test.ts",
    modules: ["components/nginx-header/header-ingress.ts", "canaryctl/src/strategies/header.ts"],
    data: [],
  },
  "rollouts-scope": {
    test: "test/e2e/46-rollouts-scope.test.ts",
    modules: ["stacks/platform.ts", "stacks/platform-parts.ts", `${embedded}/src/charts/own-charts.ts`],
    data: [`${embedded}/own-charts/argo-rollouts`, `${embedded}/modules/cluster`],
  },
  conformance: {
    test: "test/e2e/80-conformance.test.ts",
    modules: [
      `${plugins}/src/kubernetes/server.ts`,
      `${plugins}/src/kubernetes/conformance/main.ts`,
      `${plugins}/src/kubernetes/conformance/drive.ts`,
    ],
    data: [`${plugins}/modules`, `${plugins}/conformance`, `${embedded}/modules/cluster`],
  },
};
