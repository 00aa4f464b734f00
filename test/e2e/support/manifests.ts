import { secretMark } from "../../../canaryctl/src/mask.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { register } from "../../unit/components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "../../unit/stacks/sample-config.ts";

/** A Kubernetes object as the program sends it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What a build of our image gives back. */
const built = { "docker:index/image:Image": { repoDigest: `198.18.0.1:5001/versioned-echo@sha256:${"0".repeat(64)}` } };

/** Kubernetes' own objects and custom ones; what Helm and files of others bring in is theirs. */
const ownObject = /^kubernetes:(?!helm\.sh\/|yaml\/)[a-z0-9./]+\/v\w+:/;

/**
 * Every object that the program makes of a stack with these values, as the engine would hand it to the cluster: the whole program is run,
 * with Pulumi's mocks in place of a cluster. Charts are left out.
 */
export async function manifestsOf(values: RawConfig): Promise<readonly Manifest[]> {
  const config = parseConfig({ ...defaults, ...values }, worldVariables);
  const resources = await register(
    async () => {
      const { createPlatform } = await import("../../../stacks/platform.ts");
      const { createApplication } = await import("../../../stacks/application.ts");
      createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
    },
    { outputs: built },
  );
  return [...resources.values()]
    .filter(({ type }) => ownObject.test(type))
    .map(({ type, inputs }) => ({
      ...typeOf(type),
      ...(withSecrets(inputs) as Omit<Manifest, "apiVersion" | "kind">),
    }));
}

/** A value with its secrets laid open, as the provider sends them: those of a mocked run are none. */
export function withSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return withSecrets((value as { readonly value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecrets(item)]));
}

/** `kubernetes:apps/v1:Deployment` is apps/v1, Deployment; the core group has no name. */
export function typeOf(token: string): { readonly apiVersion: string; readonly kind: string } {
  const [, version = "", kind = ""] = token.split(":");
  return { apiVersion: version.replace(/^core\//, ""), kind };
}
