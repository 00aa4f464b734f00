import type * as pulumi from "@pulumi/pulumi";

const events = ["beforeCreate", "beforeUpdate", "afterUpdate"] as const satisfies (keyof pulumi.ResourceHookBinding)[];

/** Two bindings as one; undefined where neither is there. */
export function together(
  one: pulumi.ResourceHookBinding | undefined,
  other: pulumi.ResourceHookBinding | undefined,
): pulumi.ResourceHookBinding | undefined {
  if (!one || !other) return one ?? other;
  return Object.fromEntries(events.map((event) => [event, [...(one[event] ?? []), ...(other[event] ?? [])]] as const));
}
