import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import { ownKey } from "./other-keys.ts";

/** A value of a stack's file that the engine reads otherwise than canaryctl does, or that other YAML readers do. */
interface AmbiguousValue {
  /** The key below `config:`, with the project's prefix where the file has it. */
  readonly key: string;
  /** Whether it is all of the key's value, and not a field of an object. */
  readonly isWhole: boolean;
  readonly line: number;
  readonly written: string;
  /** What it may mean, each as it is written without doubt, but for the quotes. */
  readonly readings: readonly string[];
}

/**
 * The plain numbers and dates below `config:` whose meaning depends on the reader. The engine reads a mixture of YAML 1.1 and 1.2
 * (gopkg.in/yaml.v3): `010` is 8 there, `1_0` is 10, and a date becomes a time of day; canaryctl reads YAML 1.2.
 */
export function ambiguousValues(text: string): readonly AmbiguousValue[] {
  const lines = new LineCounter();
  const found: AmbiguousValue[] = [];
  visit(parseDocument(text, { lineCounter: lines }), {
    Scalar(position, node, path) {
      if (
        position === "key" ||
        node.type !== "PLAIN" ||
        node.tag === "tag:yaml.org,2002:str" ||
        node.source === undefined
      )
        return;
      const keys = path.flatMap((parent) =>
        "key" in parent && isScalar(parent.key) ? [String(parent.key.value)] : [],
      );
      const [config, key] = keys;
      if (config !== "config" || key === undefined || !isAmbiguous(node.source)) return;
      found.push({
        key,
        isWhole: keys.length === 2 && position === "value" && path.length === 5,
        line: lines.linePos(node.range?.[0] ?? 0).line,
        written: node.source,
        readings: [...new Set([String(node.value), asEngine(node.source)])].filter((reading) => /^[-\w]/.test(reading)),
      });
    },
  });
  return found;
}

/** @param values at least one @param place the file's name */
export function ambiguityError(values: readonly AmbiguousValue[], place: string): UserError {
  const problems = values.map(({ key, line, written, readings }) => {
    const allowed = readings.map((reading) => `"${reading}"`).join(" or ");
    return `${key} is written ${written} in line ${line}, which YAML readers read differently; allowed: ${allowed}, in quotes`;
  });
  const commands = values.map(({ key, isWhole, readings: [reading] }) => {
    const name = ownKey(key) ?? key;
    if (name === "services") return "npx canaryctl config --help"; // not all services for one value
    return isWhole && reading !== undefined
      ? `npx canaryctl config set ${name} ${quoted(reading)}`
      : `npx canaryctl config rm ${name}`;
  });
  return new UserError(["These values of the config cannot be used:", ...problems].join("\n  - "), {
    place,
    next: commands.join(" && "),
  });
}

const date = /^\d{4}-\d{1,2}-\d{1,2}([Tt\s].*)?$/;
const sexagesimal = /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?$/;

function isAmbiguous(source: string): boolean {
  if (date.test(source) || sexagesimal.test(source)) return true;
  if (/^[-+]?0(\d|[xob][\da-f])/i.test(source)) return true; // octal, or decimal with zeros in front; 0x, 0o, 0b
  const plain = /^[-+.\d]/.test(source) ? source.replaceAll("_", "") : source; // `_1` is text everywhere
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(plain)) return false;
  if (plain !== source) return true;
  const value = Number(plain);
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** A value that {@link isAmbiguous}, as the engine reads it, in decimal. */
function asEngine(source: string): string {
  const plain = source.replaceAll("_", "");
  const [, sign = "", prefix, digits = ""] = /^([-+]?)0([xob]?)([\da-f]+)$/i.exec(plain) ?? [];
  if (prefix === undefined) return Number.isFinite(Number(plain)) ? String(Number(plain)) : source;
  const base = { x: 16, o: 8, b: 2, "": 8 }[prefix.toLowerCase()] ?? 8;
  const value = /^[0-7]+$/.test(digits) || base !== 8 ? Number.parseInt(digits, base) : Number(digits); // 089 is no octal
  return Number.isNaN(value) ? source : String(sign === "-" ? -value : value);
}
