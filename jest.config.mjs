import { availableParallelism } from "node:os";

const shared = {
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json"],
  testEnvironment: "node",
  transform: {
    "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" } }],
  },
  modulePathIgnorePatterns: ["<rootDir>/.lab/"],
};

/** Modules of Pulumi's SDK that note the stack of each promise and resource. */
const notesStacks = String.raw`@pulumi/pulumi/(runtime/debuggable|resource)\.js$`;

/** Unit tests use mocks and touch nothing; end-to-end tests drive a real cluster as a user would. */
export default {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testEnvironment: "<rootDir>/test/unit/no-leftovers.mjs",
      globalSetup: "<rootDir>/test/unit/temporary-files-setup.mjs",
      globalTeardown: "<rootDir>/test/unit/temporary-files-teardown.mjs",
      transform: { ...shared.transform, [notesStacks]: "<rootDir>/test/unit/without-noted-stacks.mjs" },
      transformIgnorePatterns: [`/node_modules/(?!${notesStacks})`],
      // Pulumi's SDK loads the first two for functions that it serializes, of which there are none here. They would be two thirds of what it
      // loads. Zod's words in 64 languages would be a quarter of the time of a schema.
      // The components' package is built only when it is packed; its source is what `tsconfig.json` takes as well.
      moduleNameMapper: {
        "^(typescript|@npmcli/arborist)$": "<rootDir>/test/unit/nothing.cjs",
        "^\\.\\./locales/index\\.js$": "<rootDir>/test/unit/nothing.cjs",
        "^@canary-lab/components$": "<rootDir>/components/index.ts",
      },
      testMatch: [
        "<rootDir>/test/unit/**/*.test.ts",
        "<rootDir>/apps/*/test/**/*.test.ts",
        "<rootDir>/packages/*/test/**/*.test.ts",
      ],
    },
    {
      ...shared,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/test/e2e/support/setup.ts"],
      globalSetup: "<rootDir>/test/e2e/support/whole-suite.mjs",
      globalTeardown: "<rootDir>/test/e2e/support/whole-suite-end.mjs",
    },
  ],
  // A machine that is busy with others' work makes a test of a second take ten.
  testTimeout: 20_000,
  // A worker needs longer to end than the half second that jest grants, where the machine is busy, and would be killed and blamed for open
  // handles. test/unit/no-leftovers.mjs finds those, and names the file.
  workerGracefulExitTimeout: 30_000,
  // About half of the time of a worker is waiting for child processes and timers, which three more use.
  // End-to-end tests share one lab, hence their --runInBand.
  maxWorkers: 3 + availableParallelism(),
  reporters: ["default", "<rootDir>/test/report/seconds-reporter.ts", "<rootDir>/test/e2e/support/proved-reporter.ts"],
  testSequencer: "<rootDir>/test/e2e/support/in-order.mjs",
};
