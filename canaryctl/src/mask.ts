import { secretForms, shortestPart } from "./secret-forms.ts";

/** What stands in the place of a secret. */
export const masked = "[secret]";

/** The engine marks a secret by this key, in its state and its events: an encrypted value, or one that stands for it. */
export const secretMark = "4dabf18193072939515e22adb298388d";

/** Last words of a key whose value is secret, whatever stands in front of them: `adminPassword`, `DB_PASSWORD`, `client-secret`. */
const secretWords =
  /(^|[^a-z])(pass(word|wd|phrase)?|pwd|secrets?|tokens?|credentials?|cookie secret|(private|api|access|secret|signing|encryption|ssh|tls) ?key|authorization|dockerconfigjson|dockercfg|connection ?string|htpasswd|salt)$/;

/** Keys that name where a secret is, and hold none. */
const nameWords = /(^|[^a-z])(existing secret|pull secrets?|name|mount service account token)$/;

const wordsOf = (key: string): string =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[^A-Za-z0-9]+/g, " ")
    .toLowerCase()
    .trim();

/** Whether the values under a key are secret by its name. */
export function isSecretKey(key: string): boolean {
  const name = wordsOf(key);
  return secretWords.test(name) && !nameWords.test(name);
}

/** Secrets that are known by their form, wherever they stand. */
const forms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|pul-|xox[abprs]-)[A-Za-z0-9_-]{10,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /(?<=\b(?:Bearer|Basic) )[A-Za-z0-9+/=._~-]{8,}/gi,
  /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/gi,
  /(?<=(?:^|[\s"'`(=])[\w.+-]+:)[^\s/@:"'`]+(?=@(?!sha\d+:)[\w-])/g, // as in a registry's name; what stands before a digest is a tag
  /(?<=(?:password|passwd|passphrase|secret|token|api-?key)(?:=|: ?))(?!\[secret\])[^\s"',;&]+/gi,
];

/** Masks secrets in values and texts: by key, by form, and by value wherever a known one comes up again, however it is encoded. */
export class Mask {
  readonly #known = new Set<string>();
  /** Those that are masked within a text, the longest first: one can be a part of another. */
  #parts: readonly string[] | undefined;

  /** @param known values that are secret, such as those of environment variables */
  constructor(known: Iterable<string> = []) {
    for (const value of known) this.#note(value);
  }

  /** Takes note of the secrets in a value, so that the texts and values that are masked afterwards do not show them either. */
  learn(value: unknown): void {
    this.#walk(value, false, (secret) => this.#note(secret));
  }

  /** The value with every secret in it masked. */
  value(value: unknown): unknown {
    return this.#walk(value, false);
  }

  /** The text with every secret in it masked. */
  text(text: string): string {
    if (this.#known.has(text)) return masked;
    this.#parts ??= [...this.#known]
      .filter((known) => known.length >= shortestPart)
      .toSorted((one, other) => other.length - one.length);
    const withoutKnown = this.#parts.reduce((all, known) => all.replaceAll(known, masked), text);
    return forms.reduce((all, form) => all.replaceAll(form, masked), withoutKnown);
  }

  #note(secret: string): void {
    if (secret === "" || secret === masked) return;
    if (this.#known.has(secret)) return;
    this.#parts = undefined;
    const decoded = Buffer.from(secret, "base64");
    const isEncoded = decoded.length >= shortestPart && decoded.toString("base64") === secret;
    for (const text of isEncoded ? [secret, decoded.toString()] : [secret])
      for (const form of secretForms(text)) this.#known.add(form);
  }

  #walk(value: unknown, isSecret: boolean, found?: (secret: string) => void): unknown {
    if (typeof value === "string") return this.#walkText(value, isSecret, found);
    if (typeof value === "number" && isSecret) {
      found?.(String(value));
      return masked;
    }
    if (Array.isArray(value)) return this.#walkList(value, isSecret, found);
    if (typeof value !== "object" || value === null) return value;
    if (secretMark in value) return masked;
    const fields = value as Readonly<Record<string, unknown>>;
    const isSecretObject = fields.kind === "Secret" || fields.type === "kubernetes.io/dockerconfigjson";
    const namesSecret = typeof fields.name === "string" && isSecretKey(fields.name);
    return Object.fromEntries(
      Object.entries(fields).map(([key, inner]) => {
        const isOfSecret = isSecretObject && (key === "data" || key === "stringData");
        const isNamed = key === "value" && namesSecret; // as an environment variable of a container
        const isScalar = typeof inner !== "object" || Array.isArray(inner);
        const isByKey = isSecretKey(key) && (isScalar || !isReference(inner));
        return [key, this.#walk(inner, (isSecret && !isReference(value)) || isOfSecret || isNamed || isByKey, found)];
      }),
    );
  }

  /** A flag of a command line may be followed by its value. */
  #walkList(list: readonly unknown[], isSecret: boolean, found?: (secret: string) => void): unknown[] {
    return list.map((item, index) => {
      const before: unknown = list[index - 1];
      const isAfterFlag = typeof before === "string" && /^--?[\w-]+$/.test(before) && isSecretKey(before);
      return this.#walk(item, isSecret || isAfterFlag, found);
    });
  }

  #walkText(text: string, isSecret: boolean, found?: (secret: string) => void): string {
    if (isSecret) {
      if (text !== "") found?.(text);
      return text === "" ? text : masked;
    }
    const inner = jsonIn(text);
    if (inner !== undefined) {
      const walked = JSON.stringify(this.#walk(inner, false, found));
      // As it was written where there is nothing to mask.
      if (walked !== JSON.stringify(inner)) return this.text(walked);
    }
    return this.text(text);
  }
}

/** Masks what the environment has under names that say that it is secret, beside what is secret by its form. */
export const environmentMask = (variables: NodeJS.ProcessEnv = process.env): Mask =>
  new Mask(
    Object.entries(variables).flatMap(([name, value]) =>
      value && isSecretKey(name) && !name.endsWith("_FILE") ? [value] : [],
    ),
  );

/** An object or a list that a text holds as JSON, as annotations do. */
function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** A pointer to a Secret, such as a volume's `secret: {secretName}` or a `secretKeyRef: {name, key}`: it holds none itself. */
const isReference = (value: unknown): boolean =>
  typeof value === "object" && value !== null && ("secretName" in value || ("name" in value && "key" in value));
