import fc from "fast-check";
import { factsOf, type StrategyName, type StrategyOption } from "../../../../canary/strategies.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { deploymentsPath, destinationRulePath, namespacePath } from "../../../../cluster/kube/paths.ts";
import { renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import type { commands } from "./commands.ts";
import type { FakeApiServer } from "./fake-api-server.ts";
import { time } from "./virtual-time.ts";
import { namespaces, routeIn, type StackName, type World } from "./world.ts";

/** What somebody does in the cluster behind everybody's back. */
export const drifts: Readonly<
  Record<string, (world: World, stack: StackName, number: number) => void | Promise<void>>
> = {
  "the route is deleted": ({ server, strategy }, stack) =>
    void server.objects.delete(routeIn(strategy, namespaces[stack])),
  "the weights are moved": (world, stack, weight) => {
    const { server, strategy } = world;
    const path = routeIn(strategy, namespaces[stack]);
    const of = { ...world.stacks[stack].lab().config, namespace: namespaces[stack], canaryWeight: toWeight(weight) };
    if (strategy === "istio") server.objects.set(path, renderVirtualService(of));
    else if (strategy === "gateway-api") server.objects.set(path, renderHttpRoute(of));
    else if (strategy === "rollout-canary") moveWeights(server, path, weight);
    else if (strategy === "replica-ratio") setPods(server, path, weight % 4);
  },
  "the DestinationRule is deleted": ({ server }, stack) =>
    void server.objects.delete(destinationRulePath(namespaces[stack], "versioned-echo")),
  "the canary's pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v2", number % 3),
  "the stable pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v1", number % 3),
  "the canary is deleted": ({ server }, stack) =>
    void server.objects.delete(deploymentsPath(namespaces[stack], "versioned-echo-v2")),
  "a minute passes": () => time.sleep(61_000),
  "the controllers are behind, or no longer": ({ rollouts }) => {
    rollouts.isBehind = !rollouts.isBehind;
  },
  "the namespace loses its notes": ({ server }, stack) =>
    void server.objects.set(namespacePath(namespaces[stack]), { metadata: { annotations: {} } }),
};

/** As somebody's `kubectl edit`, which the Rollouts controller takes back when it sees it. */
function moveWeights({ objects }: FakeApiServer, path: string, weight: number): void {
  const route = objects.get(path);
  if (!route) return;
  const text = JSON.stringify(route).replace(
    /"weight":\d+(.*?)"weight":\d+/,
    `"weight":${100 - weight}$1"weight":${weight}`,
  );
  objects.set(path, JSON.parse(text));
}

function setPods({ objects }: FakeApiServer, path: string, replicas: number): void {
  const deployment = objects.get(path);
  if (deployment)
    objects.set(path, { ...deployment, spec: { ...deployment.spec, replicas }, status: { readyReplicas: replicas } });
}

function setReady({ server }: World, stack: StackName, name: string, readyReplicas: number): void {
  const path = deploymentsPath(namespaces[stack], name);
  const deployment = server.objects.get(path);
  if (deployment) server.objects.set(path, { ...deployment, status: { readyReplicas } });
}

const image = fc.constantFrom("versioned-echo:v1", "versioned-echo:v2", "versioned-echo:v3");
const weight = fc.oneof(fc.constantFrom(0, 10, 30, 60, 100), fc.integer({ min: 0, max: 100 }));

type Edit = Readonly<Record<string, string | number | boolean | undefined>>;

const edits: readonly fc.Arbitrary<Edit>[] = [
  fc.record({ canaryWeight: weight }),
  fc.record({ canaryWeight: fc.constant("abc") }),
  fc.record({ replicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryReplicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryEnabled: fc.boolean() }),
  fc.record({ canaryImage: image }),
  fc.record({ stableImage: image }),
  fc.record({ namespace: fc.constantFrom(...Object.values(namespaces), "canary-lab-new") }),
  fc.record({ allowOverload: fc.boolean() }),
];

/** Of keys that only some strategies have. */
const ownEdits: Partial<Readonly<Record<StrategyOption, fc.Arbitrary<Edit>>>> = {
  stickyCookie: fc.record({ stickyCookie: fc.constantFrom("", "side") }),
  plan: fc.record({ plan: fc.constantFrom("10-30-60", "25", "90-70-50-0", "20-pause-30-60s") }),
  blueGreen: fc.record({ blueGreen: fc.constantFrom("{}", '{"autoPromotionEnabled":true}') }),
};

const editsOf = (strategy: StrategyName): fc.Arbitrary<Edit> =>
  fc.oneof(...edits, ...factsOf(strategy).options.flatMap((option) => ownEdits[option] ?? []));

export type Step =
  | { readonly kind: "edit"; readonly values: Edit }
  | { readonly kind: "drift"; readonly what: string; readonly number: number }
  | {
      readonly kind: "command";
      readonly words: readonly [keyof typeof commands, ...(string | number)[]];
      readonly failsAt: number | undefined;
    };

const ofController = ["abort", "retry"] as const;
const ofAll = ["promote", "promote --full", "rollback", "delete-canary", "up"] as const;

const wordsOf = (strategy: StrategyName): fc.Arbitrary<(Step & { kind: "command" })["words"]> =>
  fc.oneof(
    fc.tuple(fc.constant("set-traffic" as const), weight),
    fc.tuple(fc.constant("create-canary" as const), image),
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom(...ofAll, ...(factsOf(strategy).owner === "rollout-controller" ? ofController : [])),
      ),
    },
  );

interface StackStep {
  readonly stack: StackName;
  readonly step: Step;
}

/** Half of them begin with a release: else few would come to what is done to one. */
export const sequenceOf = (strategy: StrategyName): fc.Arbitrary<readonly StackStep[]> =>
  fc
    .tuple(fc.subarray([begun]), fc.array(stepOf(strategy), { minLength: 1, maxLength: 12 }))
    .map(([first, others]) => [...first, ...others]);

const dev = (step: Step): StackStep => ({ stack: "dev", step });
const command = (...words: (Step & { kind: "command" })["words"]) =>
  dev({ kind: "command", words, failsAt: undefined });
const failed = (failsAt: number, ...words: (Step & { kind: "command" })["words"]) =>
  dev({ kind: "command", words, failsAt });
const drift = (what: keyof typeof drifts) => dev({ kind: "drift", what, number: 0 });
const edit = (values: Edit) => dev({ kind: "edit", values });

const begun = command("create-canary", "versioned-echo:v3");
const withoutRoute = drift("the route is deleted");
const halfMoved = [edit({ namespace: "canary-lab-new" }), failed(1, "up")];

/** Sequences that are tried first: each leads to something that chance comes to seldom. */
export const knownSequences: readonly (readonly StackStep[])[] = [
  [begun, withoutRoute, command("rollback")],
  [withoutRoute, begun, command("rollback")],
  [begun, command("abort"), command("retry")],
  [begun, command("rollback"), begun],
  [begun, command("abort"), command("up"), command("promote --full")],
  [command("promote --full"), failed(0, "rollback"), command("rollback")],
  [edit({ stableImage: "versioned-echo:v3" }), command("up"), command("rollback")],
  [...halfMoved, command("rollback")],
  [...halfMoved, drift("the namespace loses its notes"), command("rollback")],
];

const stepOf = (strategy: StrategyName): fc.Arbitrary<StackStep> =>
  fc.record({
    stack: fc.constantFrom("dev", "dev", "prod"),
    step: fc.oneof(
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), values: editsOf(strategy) }) },
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
          words: wordsOf(strategy),
          failsAt: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 4 }),
        }),
      },
    ),
  });
