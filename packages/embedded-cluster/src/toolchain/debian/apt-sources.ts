import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../../settings.ts";

/** One place that apt fetches from. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  /** Keyring file that must have signed it, where one is named. */
  readonly signedBy?: string;
}

/** The Debian mirror of this machine, for the packages of one suite. */
export interface DebianMirror {
  readonly main: AptSource;
  readonly security: AptSource | undefined;
}

/** Sources in the old format: `deb [options] uri suite component…`, one per line. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (!match) return [];
    const [, options = "", uri = "", suite = ""] = match;
    return [source(uri, suite, /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1])];
  });
}

/** Sources in the deb822 format: stanzas of `Field: value`, with continuation lines that are indented. */
export function parseStanzaSources(text: string): AptSource[] {
  const stanzas = text
    .replaceAll(/^#.*\n?/gm, "")
    .split(/\n\s*\n/)
    .map(parseFields);
  return stanzas.flatMap((fields) => {
    const words = (field: string) => (fields.get(field) ?? "").split(/\s+/).filter(Boolean);
    if (!words("types").includes("deb") || fields.get("enabled")?.trim() === "no") return [];
    return words("uris").flatMap((uri) =>
      words("suites").map((suite) => source(uri, suite, fields.get("signed-by")?.trim())),
    );
  });
}

function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of stanza.split("\n")) {
    const match = /^([A-Za-z-]+):(.*)$/.exec(line);
    if (match) last = (match[1] ?? "").toLowerCase();
    if (last !== "") fields.set(last, `${fields.get(last) ?? ""}${match ? match[2] : `\n${line}`}`);
  }
  return fields;
}

/** A key that is written out in the source itself is no path: the keyring of Debian serves instead. */
function source(uri: string, suite: string, signedBy: string | undefined): AptSource {
  return { uri, suite, ...(signedBy?.startsWith("/") ? { signedBy } : {}) };
}

const debianSuites = /^(?:bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)$/;
const securitySuites = /^(?:bullseye|bookworm|trixie|forky|oldstable|stable|testing)-security$/;

/**
 * The mirror that this machine's own sources name. Its suite does not matter, a Debian mirror holds them all.
 *
 * @throws UserError where no source is Debian's.
 */
export function findMirror(sources: readonly AptSource[], { up }: Commands): DebianMirror {
  const usable = sources.filter(({ uri }) => /^https?:/.test(uri));
  const main = usable.find(({ suite }) => debianSuites.test(suite));
  if (main === undefined) {
    throw new UserError(
      "The apt sources of this machine name no Debian mirror, which the cluster's system packages come from.",
      {
        place: "/etc/apt/sources.list and /etc/apt/sources.list.d",
        allowed: "a deb line or stanza with http or https and a suite of Debian, such as bookworm",
        first: "run on Debian, or add such a source",
        next: up,
      },
    );
  }
  return { main, security: usable.find(({ suite }) => securitySuites.test(suite)) };
}

/** The sources that the lab uses: the machine's mirror, always with the one pinned suite. */
export function renderSources(mirror: DebianMirror, suite: string, defaultKeyring: string): string {
  const line = ({ uri, signedBy }: AptSource, name: string) =>
    `deb [signed-by=${signedBy ?? defaultKeyring}] ${uri} ${name} main`;
  const lines = [line(mirror.main, suite), line(mirror.main, `${suite}-updates`)];
  if (mirror.security) lines.push(line(mirror.security, `${suite}-security`));
  return `${lines.join("\n")}\n`;
}
