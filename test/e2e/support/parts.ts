import { ownImages } from "../../../components/image/render-built-image.ts";

/**
 * A part of the repository that tests of its own prove: while nothing has changed that it depends on, they need not run again. The tests
 * themselves, and all that they import, belong to it in any case.
 */
export interface Part {
  /** Modules that the part consists of: all that they import counts, and the versions of packages from the registry. */
  readonly modules: readonly string[];
  /** Files and folders that are read at run time. */
  readonly data: readonly string[];
  /** Whether it takes too long for a run that is bounded in time: the nightly run has it, with `--all`, and a run that names its file. */
  readonly isNightly?: boolean;
}

const embedded = "packages/embedded-cluster";
const plugins = "packages/pulumi-plugins";

/** The whole product: for tests of what many of its rooms take part in, and that other tests go through in a simpler form. */
const product: Part = {
  modules: ["index.ts", "canaryctl/src/main.ts"],
  data: [
    "Pulumi.yaml",
    ...ownImages.flatMap((app) => ["Dockerfile", "package.json", "src"].map((name) => `apps/${app}/${name}`)),
    `${embedded}/modules`,
    `${embedded}/own-charts`,
    `${plugins}/modules`,
  ],
};

/** What reads and writes a state that is in no folder. */
const stateElsewhere: Part = {
  modules: [
    ...["backend-stacks", "prepare", "settle", "update"].map((name) => `canaryctl/src/engine/${name}.ts`),
    "canaryctl/src/preview/outcome.ts",
  ],
  data: ["test/e2e/tools/versitygw", `${plugins}/modules/pulumi`],
};

const ofTheProduct = [
  "06-flips",
  "08-drift",
  "10-judged",
  "10-moves",
  "10-overtaken",
  "11-cannot-start",
  "13-bare-cluster",
  "13-their-istio",
  "21-another-service",
  "21-outside-callers",
  "21-roles",
  "21-targeted-users",
  "21-update-roles",
  "22-gate",
  "22-monitoring",
  "22-scraping",
  "23-finish",
  "24-blue-green",
  "25-gateway-api",
  "27-replica-ratio",
  "28-rolling-update",
  "29-migration",
  "30-rollout-canary",
  "31-given-up",
  "32-analysis",
  "34-services",
  "35-isolation",
  "36-secrets",
  "48-kills",
];

/** What executes pages of the course: the first labs are short enough for most runs, the others for those that leave nothing out. */
const ofTheCourse = ["60-labs", "61-labs-of-traffic", "62-labs-of-rollouts", "63-labs-of-pods", "64-labs-of-every-day"];

/**
 * By the name of the file with the tests: `describePart` encloses them, and what the file tests outside of it runs each time. Paths are
 * relative to the repository's root.
 */
export const parts: Readonly<Record<string, Part>> = {
  ...Object.fromEntries(ofTheProduct.map((name) => [name, product])),
  ...Object.fromEntries(
    ofTheCourse.map((name, index) => [
      name,
      { ...product, data: [...product.data, "labs", "Pulumi.staging.yaml"], isNightly: index > 0 },
    ]),
  ),
  "09-machine": {
    modules: [`${embedded}/src/command.ts`, "cluster/embedded.ts"],
    data: [`${embedded}/modules`, `${embedded}/bin`],
  },
  "12-environments": {
    modules: product.modules,
    data: [...product.data, "Pulumi.staging.yaml", "Pulumi.prod.yaml"],
  },
  "14-backends": stateElsewhere,
  "15-state-in-a-bucket": stateElsewhere,
  "16-library": {
    modules: ["components/index.ts", "components/plugin/main.ts", "components/plugin/write-schema.ts"],
    data: [
      "components/package.json",
      "components/tsconfig.json",
      "components/PulumiPlugin.yaml",
      "tsconfig.json",
      "examples",
    ],
  },
  "16-workflows": {
    modules: [],
    data: [".github", "action.yml", "test/e2e/tools/actionlint"],
  },
  "17-pull-request": {
    modules: product.modules,
    data: [...product.data, ".github/workflows/drift.yml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"],
  },
  "18-two-registries": {
    modules: ["canaryctl/src/stack/copy-image.ts", "cluster/embedded.ts"],
    data: [`${embedded}/modules/crane`],
  },
  ...Object.fromEntries(
    ["23-page-by-gateway", "23-ui"].map((name) => [
      name,
      { modules: product.modules, data: [...product.data, "canaryctl/src/ui"] },
    ]),
  ),
  "21-podinfo": { ...product, data: [...product.data, "test/e2e/tools/podinfo"], isNightly: true },
  "33-signatures": { ...product, data: [...product.data, "test/e2e/tools/cosign"], isNightly: true },
  "26-manifests": {
    modules: ["index.ts"],
    data: ["Pulumi.yaml", `${embedded}/modules`, `${embedded}/own-charts`],
  },
  "45-nginx-header": {
    modules: ["components/nginx-header/header-ingress.ts", "canaryctl/src/strategies/header.ts"],
    data: [],
  },
  "33-policy": {
    modules: [...product.modules, "policy/pack.ts"],
    data: [
      ...product.data,
      "policy/PulumiPolicy.yaml",
      "policy/advisory.json",
      "policy/main.mjs",
      "policy/package.json",
    ],
  },
  "46-rollouts-scope": {
    modules: ["stacks/platform.ts", "stacks/platform-parts.ts", `${embedded}/src/charts/own-charts.ts`],
    data: [`${embedded}/own-charts/argo-rollouts`, `${embedded}/modules/cluster`],
  },
  "80-conformance": {
    modules: [
      `${plugins}/src/kubernetes/main.ts`,
      `${plugins}/src/kubernetes/conformance/main.ts`,
      `${plugins}/src/kubernetes/conformance/drive.ts`,
    ],
    data: [`${plugins}/modules`, `${plugins}/conformance`, `${embedded}/modules/cluster`],
  },
};

/** The file of a part's tests. */
export const testFileOf = (part: string): string => `test/e2e/${part}.test.ts`;
