import { at, isObject, type Json, numberAt, textAt } from "../../json.ts";
import type { KubeObject } from "../objects/objects.ts";
import { condition } from "./pods.ts";
import { type ReadinessCheck, ready } from "./readiness.ts";

interface Expectation {
  readonly text: string;
  readonly isMet: (object: KubeObject) => boolean;
}

/** Steps of a JSONPath of plain keys and indices, such as `{.status.conditions[0].type}`. */
function steps(path: string): (string | number)[] {
  const inner = /^\{\s*\$?(.*?)\s*\}$/.exec(path)?.[1];
  if (inner === undefined) throw new Error(`${path} should be wrapped in brackets { ... }`);
  const found = inner.match(/\.[^.[\]]+|\[\d+\]|\['[^']+'\]/g) ?? [];
  if (found.join("") !== inner)
    throw new Error(`unsupported JSONPath "${path}" in pulumi.com/waitFor: plain fields and indices only`);
  return found.map((step) =>
    step.startsWith(".") ? step.slice(1) : /^\[\d+\]$/.test(step) ? Number(step.slice(1, -1)) : step.slice(2, -2),
  );
}

function parseExpectation(text: string): Expectation {
  if (text.startsWith("condition=")) {
    const [, type = "", status = "True"] = text.split("=");
    return { text, isMet: (object) => textAt(condition(object, type), "status") === status };
  }
  if (!text.startsWith("jsonpath=")) throw new Error(`expected a "jsonpath=" or "condition=" prefix, got "${text}"`);
  const [path = "", wanted, ...more] = text.slice("jsonpath=".length).split("=");
  if (more.length > 0) throw new Error(`format should be {.path}=value or {.path}, got "${text}"`);
  const place = steps(path);
  return {
    text,
    isMet: (object) => {
      const found = at(object, ...place);
      return found !== undefined && (wanted === undefined || (!isObject(found) && String(found) === wanted));
    },
  };
}

/** The check that a `pulumi.com/waitFor` annotation asks for: one expression, or a JSON list of them. Throws what it cannot read. */
export function waitForCheck(annotation: string): ReadinessCheck {
  let texts: Json = annotation;
  try {
    texts = JSON.parse(annotation) as Json;
  } catch {
    // a single expression
  }
  const expectations = (Array.isArray(texts) ? texts.map(String) : [annotation]).map(parseExpectation);
  if (expectations.length === 0) throw new Error("at least one condition must be specified");
  return {
    watches: () => [],
    onRead: false,
    check: ({ object }) => {
      const observed = numberAt(object, "status", "observedGeneration"); // a Rollout's is a text, and says nothing here
      const isStale = observed !== undefined && observed < (numberAt(object, "metadata", "generation") ?? 0);
      const open = expectations.filter((one) => isStale || !one.isMet(object)).map((one) => one.text);
      return open.length === 0 ? ready : { ready: false, status: `Waiting for ${open.join(", ")}`, details: open };
    },
  };
}
