import type * as pulumi from "@pulumi/pulumi";

/** Two bindings as one; undefined where neither is there. */
export function together(
  one: pulumi.ResourceHookBinding | undefined,
  other: pulumi.ResourceHookBinding | undefined,
): pulumi.ResourceHookBinding | undefined {
  if (!one || !other) return one ?? other;
  return {
    beforeCreate: [...(one.beforeCreate ?? []), ...(other.beforeCreate ?? [])],
    beforeUpdate: [...(one.beforeUpdate ?? []), ...(other.beforeUpdate ?? [])],
  };
}
