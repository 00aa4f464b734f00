import fc from "fast-check";
import { toWeight } from "../../../../canary/weight.ts";
import { deploymentsPath, destinationRulePath, namespacePath } from "../../../../cluster/kube/paths.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { type commands, namespaces, routeOf, type StackName, type World } from "./world.ts";

/** What somebody does in the cluster behind everybody's back. */
export const drifts: Readonly<Record<string, (world: World, stack: StackName, number: number) => void>> = {
  "the route is deleted": ({ server }, stack) => void server.objects.delete(routeOf(stack)),
  "the weights are moved": (world, stack, weight) => {
    const { config } = world.stacks[stack].lab();
    const route = renderVirtualService({ ...config, namespace: namespaces[stack], canaryWeight: toWeight(weight) });
    world.server.objects.set(routeOf(stack), route);
  },
  "the DestinationRule is deleted": ({ server }, stack) =>
    void server.objects.delete(destinationRulePath(namespaces[stack], "versioned-echo")),
  "the canary's pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v2", number % 3),
  "the stable pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v1", number % 3),
  "the canary is deleted": ({ server }, stack) =>
    void server.objects.delete(deploymentsPath(namespaces[stack], "versioned-echo-v2")),
  "the namespace loses its notes": ({ server }, stack) =>
    void server.objects.set(namespacePath(namespaces[stack]), { metadata: { annotations: {} } }),
};

function setReady({ server }: World, stack: StackName, name: string, readyReplicas: number): void {
  const path = deploymentsPath(namespaces[stack], name);
  const deployment = server.objects.get(path);
  if (deployment) server.objects.set(path, { ...deployment, status: { readyReplicas } });
}

const image = fc.constantFrom("versioned-echo:v1", "versioned-echo:v2", "versioned-echo:v3");
const weight = fc.oneof(fc.constantFrom(0, 10, 30, 60, 100), fc.integer({ min: 0, max: 100 }));

const edits = fc.oneof(
  fc.record({ canaryWeight: weight }),
  fc.record({ canaryWeight: fc.constant("abc") }),
  fc.record({ replicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryReplicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryEnabled: fc.boolean() }),
  fc.record({ canaryImage: image }),
  fc.record({ stableImage: image }),
  fc.record({ namespace: fc.constantFrom(...Object.values(namespaces), "canary-lab-new") }),
  fc.record({ allowOverload: fc.boolean() }),
  fc.record({ stickyCookie: fc.constantFrom("", "side") }),
  fc.record({ plan: fc.constantFrom("10-30-60", "25", "90-70-50-0") }),
);

export type Step =
  | { readonly kind: "edit"; readonly values: Readonly<Record<string, string | number | boolean | undefined>> }
  | { readonly kind: "drift"; readonly what: string; readonly number: number }
  | {
      readonly kind: "command";
      readonly words: readonly [keyof typeof commands, ...(string | number)[]];
      readonly failsAt: number | undefined;
    };

const words: fc.Arbitrary<readonly [keyof typeof commands, ...(string | number)[]]> = fc.oneof(
  fc.tuple(fc.constant("set-traffic" as const), weight),
  fc.tuple(fc.constant("create-canary" as const), image),
  fc.tuple(fc.constantFrom("promote", "promote --full", "rollback", "delete-canary", "up")),
);

export const step: fc.Arbitrary<{ readonly stack: StackName; readonly step: Step }> = fc.record({
  stack: fc.constantFrom("dev", "dev", "prod"),
  step: fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), values: edits }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("drift" as const),
        what: fc.constantFrom(...Object.keys(drifts)),
        number: fc.integer({ min: 0, max: 100 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("command" as const),
        words,
        failsAt: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 4 }),
      }),
    },
  ),
});
