/**
 * The labels of pods whose label `version` is the name of a slot: what the slot is for, as the Rollouts controller labels its pods, and
 * which version runs in it. Kubernetes' tools read the one, and Istio, with Kiali, the other (`destination_canonical_revision`), which by
 * itself it takes from `version`.
 */
export const versionLabel = "app.kubernetes.io/version";
export const slotLabels = (role: "stable" | "canary", image: string): Readonly<Record<string, string>> => ({
  role,
  [versionLabel]: versionOf(image),
  "service.istio.io/canonical-revision": versionOf(image),
});

/**
 * Annotation of a Rollout, or of a Deployment whose pods go from version to version: the image as the config names it. Their controllers
 * copy it to each revision.
 */
export const imageAnnotation = "canary-lab/image";

/**
 * What an image's reference says about its version, fit for a label: the tag; without one the first 12 digits of the digest; else
 * `latest`. So the pods of an image are labelled the same, whichever side of a release it stands on.
 */
export function versionOf(reference: string): string {
  const [name = "", digest] = reference.split("@sha256:");
  const tag = /:([^/:]+)$/.exec(name)?.[1] ?? digest?.slice(0, 12) ?? "latest";
  // A label's value begins and ends with a letter or digit and has at most 63 characters; a tag may be freer.
  return tag.slice(0, 63).replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, "") || "latest";
}

/** An image that could be released next: the canary's, where that is not the stable one already. */
export function nextImage({
  stableImage,
  canaryImage,
}: Readonly<Record<"stableImage" | "canaryImage", string>>): string {
  if (canaryImage !== stableImage) return canaryImage;
  return stableImage === "versioned-echo:v2" ? "versioned-echo:v3" : "versioned-echo:v2";
}
