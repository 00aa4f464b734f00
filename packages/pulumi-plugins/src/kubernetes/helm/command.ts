import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonObject, numberAt, objectAt, textAt } from "../../json.ts";
import type { Session } from "../session.ts";
import type { Release } from "./release.ts";

export interface HelmResult {
  readonly succeeded: boolean;
  readonly output: string;
  /** What helm said went wrong, without its prefixes. */
  readonly failure: string;
}

const errorPrefix = /^Error: (?:(?:INSTALLATION|UPGRADE|ROLLBACK) FAILED: )?/;

/** The last error that helm printed; warnings come before it. */
export function failureOf(stderr: string): string {
  const start = stderr.lastIndexOf("\nError: ") + 1;
  return stderr.slice(start).trim().replace(errorPrefix, "") || "helm failed without a message";
}

/**
 * Runs the helm CLI found on PATH. Values and credentials never are arguments, which any user of the machine can read: values go
 * through stdin, the rest through private files that are gone afterwards.
 */
export async function helm(
  session: Session,
  args: readonly string[],
  options: { input?: string; repository?: JsonObject } = {},
): Promise<HelmResult> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-helm-"));
  try {
    const environment = { ...process.env, ...repositoryEnvironment(folder, options.repository) };
    const { kubeconfig, context } = session.settings;
    const place: string[] = [];
    if (kubeconfig) {
      const isText = kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
      const file = isText ? join(folder, "kubeconfig") : kubeconfig;
      if (isText) writeFileSync(file, kubeconfig, { mode: 0o600 });
      place.push("--kubeconfig", file);
    }
    if (context) place.push("--kube-context", context);
    if (options.repository && textAt(options.repository, "password")) await updateRepository(session, environment);
    return await run(session, [...args, ...place], environment, options.input);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(session: Session, args: readonly string[], env: NodeJS.ProcessEnv, input = ""): Promise<HelmResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("helm", args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const stop = () => child.kill("SIGTERM"); // helm then marks the release as failed, so that the next run can go on
    session.cancelled.addEventListener("abort", stop);
    // One that lived on, such as in the middle of definitions, where it does not stop, would get in the way of the next run's.
    const kill = () => child.kill("SIGKILL");
    process.on("exit", kill);
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      process.off("exit", kill);
      reject(
        error.code === "ENOENT"
          ? new Error("the helm CLI was not found on PATH; Release resources need Helm 3: https://helm.sh")
          : error,
      );
    });
    child.on("close", (code) => {
      session.cancelled.removeEventListener("abort", stop);
      process.off("exit", kill);
      resolve({ succeeded: code === 0, output, failure: code === 0 ? "" : failureOf(`\n${errors}`) });
    });
    child.stdin.on("error", () => undefined); // it may end without reading
    child.stdin.end(input);
  });
}

/** A repository that wants credentials is configured in private files of its own. */
function repositoryEnvironment(folder: string, repository: JsonObject | undefined): NodeJS.ProcessEnv {
  if (!repository || !textAt(repository, "password")) return {};
  const { repo = "", ...rest } = repository;
  const file = join(folder, "repositories.yaml");
  writeFileSync(file, JSON.stringify({ apiVersion: "", repositories: [{ ...rest, name: "private", url: repo }] }), {
    mode: 0o600,
  });
  return { HELM_REPOSITORY_CONFIG: file, HELM_REPOSITORY_CACHE: join(folder, "cache") };
}

async function updateRepository(session: Session, environment: NodeJS.ProcessEnv): Promise<void> {
  const updated = await run(session, ["repo", "update"], environment);
  if (!updated.succeeded) throw new Error(`the chart repository could not be read: ${updated.failure}`);
}

/** Which chart: its place, version and how to verify it. */
export function chartArguments(release: Release): string[] {
  const repository = objectAt(release, "repositoryOpts") ?? {};
  const repo = textAt(repository, "repo");
  const isPrivate = textAt(repository, "password") !== "";
  const isOci = release.chart.startsWith("oci://");
  if (isPrivate && isOci)
    throw new Error(
      "credentials for OCI registries are not supported by this plugin: log in with `helm registry login`",
    );
  const args = [isPrivate ? `private/${release.chart}` : release.chart];
  if (release.version) args.push("--version", release.version);
  if (repo && !isPrivate && !isOci) args.push("--repo", repo);
  for (const [key, flag] of [
    ["caFile", "--ca-file"],
    ["certFile", "--cert-file"],
    ["keyFile", "--key-file"],
  ] as const) {
    if (textAt(repository, key)) args.push(flag, textAt(repository, key));
  }
  if (release.verify) args.push("--verify");
  if (textAt(release, "keyring")) args.push("--keyring", textAt(release, "keyring"));
  if (release.devel) args.push("--devel");
  return args;
}

const flags = (release: Release, table: Readonly<Record<string, string>>): string[] =>
  Object.entries(table).flatMap(([key, flag]) => (release[key] === true ? [flag] : []));

function sharedArguments(release: Release): string[] {
  const args = [
    ...chartArguments(release),
    "--namespace",
    release.namespace,
    "--timeout",
    `${numberAt(release, "timeout") || 300}s`,
    ...flags(release, {
      atomic: "--atomic",
      dependencyUpdate: "--dependency-update",
      renderSubchartNotes: "--render-subchart-notes",
      skipCrds: "--skip-crds",
    }),
    ...(release.skipAwait ? [] : ["--wait", ...flags(release, { waitForJobs: "--wait-for-jobs" })]),
    ...flags(release, { disableOpenapiValidation: "--disable-openapi-validation" }),
  ];
  if (textAt(release, "description")) args.push("--description", textAt(release, "description"));
  if (textAt(release, "postrender")) args.push("--post-renderer", textAt(release, "postrender"));
  return [...args, "--values", "-"];
}

export const installArguments = (release: Release): string[] => [
  "install",
  release.name,
  ...sharedArguments(release),
  ...flags(release, { createNamespace: "--create-namespace", disableWebhooks: "--no-hooks", replace: "--replace" }),
];

export const upgradeArguments = (release: Release): string[] => [
  "upgrade",
  release.name,
  ...sharedArguments(release),
  ...flags(release, {
    disableCRDHooks: "--no-hooks",
    forceUpdate: "--force",
    resetValues: "--reset-values",
    reuseValues: "--reuse-values",
    cleanupOnFail: "--cleanup-on-fail",
  }),
  "--history-max",
  String(numberAt(release, "maxHistory") ?? 0),
];

export const uninstallArguments = (release: Release): string[] => [
  "uninstall",
  release.name,
  "--namespace",
  release.namespace,
  "--ignore-not-found",
  ...(release.atomic || !release.skipAwait ? ["--wait", "--timeout", `${numberAt(release, "timeout") || 300}s`] : []),
];
