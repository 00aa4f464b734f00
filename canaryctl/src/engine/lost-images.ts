import { send } from "@canary-lab/kit/http";
import type { Lab } from "../lab.ts";
import type { ExportedState, ResourceState } from "./pending.ts";
import { stateOf } from "./state.ts";

/** Whether the local registry has an image by its digest; undefined where it does not say. */
export type HasImage = (address: string, repository: string, digest: string) => Promise<boolean | undefined>;

/**
 * Has the next update build and push again what the local registry lost, as one that was removed with its volume: the state says that it is
 * there, and the real Docker plugin does not look.
 */
export async function refillRegistry(
  { engine, state, environment }: Pick<Lab, "engine" | "state" | "environment">,
  say: (line: string) => void,
  hasImage: HasImage = isInRegistry,
): Promise<void> {
  const { target, imageRegistry: address } = environment;
  if (target !== "kind" || address === undefined) return;
  const exported = await stateOf({ engine, state });
  const images = (exported?.deployment.resources ?? []).flatMap((resource) => {
    const pushed = pushedTo(address, resource);
    return pushed ? [{ urn: resource.urn, ...pushed }] : [];
  });
  const answers = await Promise.all(images.map(({ repository, digest }) => hasImage(address, repository, digest)));
  const lost = images.filter((_, index) => answers[index] === false);
  if (!exported || lost.length === 0) return;
  const names = [...new Set(lost.map(({ repository }) => repository))].join(", ");
  say(`The registry ${address} has lost images of ${names}: building and pushing them again.`);
  await engine.importState(tainted(exported, new Set(lost.map(({ urn }) => urn))));
}

/** What an image resource has pushed to a registry. */
function pushedTo(
  address: string,
  { type, outputs }: ResourceState,
): { readonly repository: string; readonly digest: string } | undefined {
  if (type !== "docker:index/image:Image") return undefined;
  const [repository = "", digest] = String(outputs?.repoDigest ?? "").split("@");
  if (digest === undefined || !repository.startsWith(`${address}/`)) return undefined;
  return { repository: repository.slice(address.length + 1), digest };
}

/** A state whose resources by these URNs the next update replaces, as `pulumi state taint` makes it. */
const tainted = (state: ExportedState, urns: ReadonlySet<string>): ExportedState => ({
  ...state,
  features: [...new Set([...(state.features ?? []), "taint"])],
  deployment: {
    ...state.deployment,
    resources: (state.deployment.resources ?? []).map((resource) =>
      urns.has(resource.urn) ? { ...resource, taint: true } : resource,
    ),
  },
});

/** The forms in which images are pushed. */
const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

async function isInRegistry(address: string, repository: string, digest: string): Promise<boolean | undefined> {
  try {
    const url = new URL(`http://${address}/v2/${repository}/manifests/${digest}`);
    const { statusCode } = await send({
      url,
      method: "HEAD",
      headers: { accept: manifests },
      timeoutMilliseconds: 5000,
    });
    return statusCode === 200 ? true : statusCode === 404 ? false : undefined;
  } catch {
    return undefined; // no answer is no word about an image
  }
}
