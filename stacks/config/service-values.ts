import { valueIn } from "./raw-values.ts";

/**
 * What commands write of a release. A service has the project's values for these where it has none of its own, and not the stack's: a move
 * of the stack's application would move it.
 */
const movedKeys = [
  "canaryWeight",
  "canaryEnabled",
  "canaryImage",
  "canaryReplicas",
  "stableImage",
  "previousImage",
  "judgeOverride",
] as const;

/** What a service may have otherwise than its stack: the keys of an application and of its release. All others are about the whole stack. */
export const serviceKeys = [
  ...movedKeys,
  "namespace",
  "strategy",
  "plan",
  "objective",
  "judge",
  "gate",
  "analysis",
  "analysisBy",
  "rolloutCanary",
  "blueGreen",
  "rollingUpdate",
  "migration",
  "autoscaling",
  "stickyCookie",
  "service",
  "clientImage",
  "judgeImage",
  "replicas",
  "allowOverload",
  "imagePullSecret",
  "isolation",
] as const;

type RawValues = Readonly<Record<string, unknown>>;

/** The services of a stack by their names, each with its own values, as a config has them raw; none where that is no object of objects. */
export function servicesIn({ services }: RawValues): Readonly<Record<string, RawValues>> {
  const named = Object.entries(objectOf(services));
  return Object.fromEntries(named.map(([name, values]) => [name, objectOf(values)]));
}

export const hasServices = (config: RawValues): boolean => Object.keys(servicesIn(config)).length > 0;

/**
 * A stack's values as they are for one of its services: as if that were its only application.
 *
 * @param defaults the project's, by key
 */
export function serviceValues(values: RawValues, name: string, defaults: RawValues): Record<string, unknown> {
  const { services: _, ...stack } = values;
  const unmoved = Object.fromEntries(movedKeys.map((key) => [key, defaults[key]]));
  const own = Object.entries(servicesIn(values)[name] ?? {}).filter(([key]) => serviceKeys.some((one) => one === key));
  const namespace = `${values.namespace ?? defaults.namespace}-${name}`;
  return { ...stack, ...unmoved, namespace, ...Object.fromEntries(own), app: name };
}

function objectOf(value: unknown): RawValues {
  const found = typeof value === "string" ? valueIn(value) : value;
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as RawValues) : {};
}
