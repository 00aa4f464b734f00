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
