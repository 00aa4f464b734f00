import { unknown } from "../../values.ts";

/** Fields whose values say only where and when something ran. */
const fleeting = /^(uid|resourceVersion|creationTimestamp|observedGeneration)$/;

/**
 * Makes a function that takes out of observed values what differs from run to run and from cluster to cluster: generated names,
 * times, addresses. One name becomes one number throughout a case. The recording was scrubbed in the same way.
 *
 * @param folder where the case's files are
 * @param node the name of the cluster's node
 */
export function scrubber(folder: string, node: string): (value: unknown) => unknown {
  const numbered = { h: new Map<string, string>(), m: new Map<string, string>() };
  const number = (kind: "h" | "m", name: string): string => {
    const known = numbered[kind];
    const found = known.get(name) ?? `<${kind}${known.size + 1}>`;
    known.set(name, found);
    return found;
  };
  const scrubText = (text: string): string =>
    text
      .replaceAll(unknown, "<unknown>")
      .replaceAll(folder, "<conf>")
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>")
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, "<time>")
      .replace(/pulumi-kubernetes-([0-9a-f]{8})/g, (_, hex) => `pulumi-kubernetes-${number("m", hex)}`)
      .replace(/\b(10|198\.1[89]|172\.(1[6-9]|2\d|3[01])|192\.168)(\.\d{1,3}){2,3}\b/g, "<ip>")
      .replace(/-[0-9a-f]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-<rs>-<pod>")
      .replace(/-([0-9a-f]{8})\b/g, (_, hex) => `-${number("h", hex)}`);
  const scrub = (value: unknown): unknown => {
    if (typeof value === "string") return scrubText(value);
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (fleeting.test(key) && item && typeof item !== "object")
          return [key, scrubText(String(item)) === "<unknown>" ? "<unknown>" : `<${key}>`];
        if (key === "nodeName" && item === node) return [key, "lab-node"];
        return [scrubText(key), scrub(item)];
      }),
    );
  };
  return scrub;
}
