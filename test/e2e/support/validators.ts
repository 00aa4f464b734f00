import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, run } from "./command.ts";
import { kubectl, labShell } from "./lab.ts";
import type { Manifest } from "./manifests.ts";
import { until } from "./until.ts";

/** Runs `use` on a file with these objects, one document each: not every tool reads a list. */
async function withFile<T>(manifests: readonly Manifest[], use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "manifests-"));
  const file = join(folder, "manifests.yaml");
  writeFileSync(file, manifests.map((manifest) => JSON.stringify(manifest)).join("\n---\n"));
  try {
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const quietly = async (file: string, ...args: readonly string[]): Promise<Outcome> =>
  run(file, args, { env: await labShell(), quiet: true });

const serverSide = ["apply", "--server-side", "--force-conflicts", "--field-manager=canary-lab", "--validate=strict"];

/**
 * What the API server has against these objects: an unknown or misspelt field, a value out of its range, a refusal by a webhook such as
 * Istio's own, and warnings. Nothing is changed.
 */
export const serverFaults = (manifests: readonly Manifest[]): Promise<readonly string[]> =>
  withFile(manifests, async (file) =>
    complaints(await quietly("kubectl", ...serverSide, "--dry-run=server", "-f", file)).filter(
      (line) => !isExplained(line),
    ),
  );

/** Makes these objects for real. @throws Error where one is refused */
export async function apply(manifests: readonly Manifest[]): Promise<void> {
  const faults = await withFile(manifests, async (file) =>
    complaints(await quietly("kubectl", ...serverSide, "-f", file)),
  );
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/** A finding of `istioctl analyze`. */
interface Finding {
  readonly code: string;
  readonly level: string;
  readonly origin: string;
  readonly message: string;
}

/** What is found and is no mistake of ours. */
const explained: readonly { readonly finding: RegExp; readonly why: string }[] = [
  {
    finding:
      /^Warning IST0107 (Deployment|Pod|Service) .*(networking\.istio\.io\/service-type|proxy\.istio\.io\/config)/,
    why: "istiod copies the annotations of a Gateway, where these belong, to all that it makes of it",
  },
  {
    finding: /^Error IST0173 DestinationRule .*Subset v2 /,
    why: "both subsets are there before a canary is: a sidecar that learns of a route before it learns of the subset answers 503",
  },
  {
    finding: /^Error IST0101 AuthorizationPolicy .*: Referenced namespace not found/,
    why: "who may call can be named before it is there",
  },
  {
    finding: /^Warning(:| IST0133 EnvoyFilter .*:) EnvoyFilter exposes internal implementation details/,
    why: "Istio says this of each EnvoyFilter, and no other setting has Envoy show what it counts of a pod",
  },
];

/**
 * What `istioctl analyze` finds in a namespace, with these objects put over those that are live there; notes included, and
 * without what is {@link explained}. Services and pods
 * have to be live: from files it reads Istio's and the Gateway API's own kinds only.
 */
export const istioFindings = (namespace: string, manifests: readonly Manifest[] = []): Promise<readonly string[]> =>
  withFile(manifests, async (file) => {
    const files = manifests.length > 0 ? [file] : [];
    const { stdout, stderr } = await quietly("istioctl", "analyze", "-n", namespace, "-o", "json", ...files);
    // An empty answer is no answer: without findings it prints an empty list.
    if (!stdout.trimStart().startsWith("["))
      throw new Error(`istioctl analyze said nothing of use:\n${stdout}${stderr}`);
    const findings: readonly Finding[] = JSON.parse(stdout);
    return findings
      .map(({ code, level, origin, message }) => `${level} ${code} ${origin}: ${message}`)
      .filter((finding) => !isExplained(finding));
  });

const isExplained = (finding: string): boolean => explained.some(({ finding: known }) => known.test(finding));

/**
 * What `kubectl argo rollouts lint` has against the Rollouts among these objects and what they refer to. It does not look a `workloadRef`
 * up, and would miss the selector and the template: those that are meant are put in, as the controller does it.
 */
export const rolloutFaults = (manifests: readonly Manifest[]): Promise<readonly string[]> =>
  withFile(withTemplates(manifests), async (file) =>
    complaints(await quietly("kubectl", "argo", "rollouts", "lint", "-f", file)),
  );

interface WorkloadSpec {
  readonly workloadRef?: { readonly kind: string; readonly name: string };
  readonly template?: unknown;
  readonly selector?: unknown;
}

const specOf = (manifest: Manifest): WorkloadSpec =>
  (manifest as Manifest & { readonly spec?: WorkloadSpec }).spec ?? {};

/** The objects with every `workloadRef` replaced by what it refers to. */
export function withTemplates(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.map((manifest) => {
    const { workloadRef, ...spec } = specOf(manifest);
    if (!workloadRef) return manifest;
    const meant = manifests.find(
      ({ kind, metadata }) => kind === workloadRef.kind && metadata.name === workloadRef.name,
    );
    const { template, selector } = meant ? specOf(meant) : {};
    return { ...manifest, spec: { ...spec, template, selector } } as Manifest;
  });
}

/** What a Rollout stands on; its controller looks all of it up before it believes a spec. */
const lookedUp = ["Service", "VirtualService", "DestinationRule", "AnalysisTemplate", "Deployment", "Rollout"];

/**
 * What the live controller of Rollouts has against the Rollouts among these objects, which it makes in their namespace without a pod: it
 * resolves analysis templates, which neither a dry run nor `lint` does.
 */
export async function controllerFaults(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const rollout = manifests.find(({ kind }) => kind === "Rollout");
  if (!rollout) return [];
  const { name, namespace = "" } = rollout.metadata;
  await apply(manifests.filter(({ kind }) => lookedUp.includes(kind)).map(withoutPods));
  const { phase, message } = await until(
    "the controller has an opinion of the Rollout",
    async () => {
      const { metadata, status = {} } = JSON.parse(
        await kubectl("get", "rollout", name, "-n", namespace, "-o", "json"),
      ) as JudgedRollout;
      return status.phase && status.observedGeneration === String(metadata.generation) ? status : undefined;
    },
    { seconds: 30, everyMilliseconds: 200 },
  );
  await kubectl("delete", "rollouts,deployments", "--all", "-n", namespace);
  return phase === "Degraded" ? [`${phase}: ${message}`] : [];
}

interface JudgedRollout {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly phase?: string; readonly message?: string; readonly observedGeneration?: string };
}

function withoutPods(manifest: Manifest): Manifest {
  const spec = specOf(manifest);
  return "replicas" in spec ? ({ ...manifest, spec: { ...spec, replicas: 0 } } as Manifest) : manifest;
}

/** Errors and warnings, a line each: what a command says that is content goes to its other stream. */
function complaints({ exitCode, stdout, stderr, command }: Outcome): readonly string[] {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  if (exitCode === 0 || lines.length > 0) return lines;
  return [`${command} ended with ${exitCode}: ${stdout}`];
}
