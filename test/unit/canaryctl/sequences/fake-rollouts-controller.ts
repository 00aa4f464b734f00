import { isDeepStrictEqual } from "node:util";
import type { CanaryStepObject } from "../../../../canary/rollout/rollout-object.ts";
import { revisionLabel } from "../../../../canary/rollout/rollout-route.ts";
import { durationSeconds } from "../../../../canary/rollout/rollout-status.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { destinationRulePath, servicePath, virtualServicePath } from "../../../../cluster/kube/paths.ts";
import { versions } from "../../../../components/names.ts";
import type { BlueGreenStrategy, CanaryStrategy } from "../../../../components/rollout/rollout-types.ts";
import type { DestinationRule } from "../../../../components/traffic/render-sides.ts";
import type { VirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { weightedRule } from "../../../../components/traffic/route-rules.ts";
import type { Controller } from "./fake-api-server.ts";
import {
  deadline,
  hashOf,
  type Objects,
  type Rollout,
  removeOrphans,
  reviseTemplate,
  type Status,
  scale,
  setsOf,
} from "./fake-rollout-revisions.ts";

/**
 * What the Rollouts controller does with a Rollout whose pods all become ready (argo-rollouts 1.9.1: rollout/canary.go, bluegreen.go,
 * pause.go, sync.go): it steps on, pauses, aborts and promotes by the status that it is told, and moves the requests by weights and subsets
 * or by the selectors of Services.
 *
 * @param now milliseconds since 1970, by which pauses and deadlines end
 */
export class FakeRolloutsController {
  /** It does nothing by itself while it is behind: only {@link catchUp} lets it look. */
  isBehind = false;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A Rollout is looked at again when anything changes that it routes by. */
  readonly see: Controller = (path, objects) => {
    const [folder] = /\/namespaces\/[^/]+\//.exec(path) ?? [];
    if (!this.isBehind && folder !== undefined) this.#lookAt((one) => one.includes(folder), objects);
  };

  /** @returns the paths of the Rollouts that there are in these namespaces */
  catchUp(objects: Objects, namespaces: readonly string[]): readonly string[] {
    return this.#lookAt((path) => namespaces.some((one) => path.includes(`/namespaces/${one}/`)), objects);
  }

  #lookAt(isMeant: (path: string) => boolean, objects: Objects): readonly string[] {
    removeOrphans(objects);
    const paths = [...objects.keys()].filter((path) => /\/rollouts\/[^/]+$/.test(path) && isMeant(path));
    for (const path of paths) this.#reconcile(path, objects);
    return paths;
  }

  #reconcile(path: string, objects: Objects): void {
    const rollout = objects.get(path) as unknown as Rollout;
    const { metadata, spec } = rollout;
    const status: Status = { ...rollout.status, observedGeneration: String(metadata.generation) };
    const missing = whatIsMissing(rollout, objects);
    if (missing) {
      store(path, objects, { ...status, phase: "Degraded", message: `InvalidSpec: ${missing}` });
      return;
    }
    const hash = reviseTemplate(rollout, objects);
    const steps = spec.strategy.canary?.steps ?? [];
    const stepHash = JSON.stringify(steps);
    if (status.currentPodHash !== hash || status.currentStepHash !== stepHash) {
      Object.assign(status, { ...atRest, currentPodHash: hash, currentStepHash: stepHash, currentStepIndex: 0 });
    }
    status.stableRS ||= hash; // the first revision gets everything
    if (spec.strategy.canary) this.#stepOn(rollout, steps, status, objects);
    else this.#switchColours(rollout, status, objects);
    status.updatedReplicas = spec.replicas;
    status.availableReplicas = spec.replicas;
    store(path, objects, status);
  }

  #stepOn(rollout: Rollout, steps: readonly CanaryStepObject[], status: Status, objects: Objects): void {
    const { currentPodHash: hash = "", stableRS: stable } = status;
    if (hash === stable) rest(status, steps.length);
    else if (status.abort) abort(status);
    else this.#takeSteps(steps, status);
    const index = status.currentStepIndex ?? 0;
    const isAtRest = status.stableRS === hash;
    const taken = steps.slice(0, index + 1).findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
    const weight = isAtRest || status.abort ? 0 : taken;
    status.canary = { weights: { canary: { weight } } };
    routeBy(rollout, { [versions.stable]: status.stableRS ?? "", [versions.canary]: hash }, weight, objects);
    const inUse = (one: string) => (one === status.stableRS || one === hash ? rollout.spec.replicas : 0);
    scale(rollout, objects, (one) => ({ replicas: inUse(one) }));
  }

  #takeSteps(steps: readonly CanaryStepObject[], status: Status): void {
    let index = status.promoteFull ? steps.length : (status.currentStepIndex ?? 0);
    for (; index < steps.length; index++) {
      const { pause } = steps[index] ?? {};
      if (pause && !this.#isPauseOver(status, "CanaryPauseStep", pause.duration)) break;
    }
    status.currentStepIndex = index;
    if (index < steps.length) return;
    status.stableRS = status.currentPodHash ?? "";
    rest(status, steps.length);
  }

  /** Begins the pause where it has not begun. Somebody ends it by taking its condition away. */
  #isPauseOver(status: Status, reason: string, duration?: string | number): boolean {
    const [condition] = status.pauseConditions ?? [];
    const isOver = condition
      ? duration !== undefined &&
        this.#now() >= Date.parse(condition.startTime ?? "") + 1000 * durationSeconds(duration)
      : status.controllerPause === true;
    if (isOver) {
      Object.assign(status, { pauseConditions: [], controllerPause: false, phase: "Progressing", message: "" });
      return true;
    }
    const startTime = condition?.startTime ?? new Date(this.#now()).toISOString();
    const pauseConditions = [{ reason, startTime }];
    Object.assign(status, { pauseConditions, controllerPause: true, phase: "Paused", message: reason });
    return false;
  }

  #switchColours(rollout: Rollout, status: Status, objects: Objects): void {
    const { blueGreen } = rollout.spec.strategy as { readonly blueGreen: BlueGreenStrategy };
    const hash = status.currentPodHash ?? "";
    const before = status.stableRS ?? "";
    if (hash === before) rest(status, 0);
    else if (status.abort) abort(status);
    else {
      const own = setsOf(rollout, objects).find(([, set]) => hashOf(set) === hash)?.[1];
      const isFastTracked = status.promoteFull || (own?.metadata.annotations[deadline] && own.spec.replicas > 0);
      const seconds = blueGreen.autoPromotionEnabled ? (blueGreen.autoPromotionSeconds ?? 0) : undefined;
      if (isFastTracked || this.#isPauseOver(status, "BlueGreenPause", seconds)) {
        status.stableRS = hash;
        rest(status, 0);
      }
    }
    const active = status.stableRS ?? "";
    status.blueGreen = { activeSelector: active, previewSelector: hash };
    select(rollout, blueGreen.activeService, active, objects);
    select(rollout, blueGreen.previewService, hash, objects);
    scale(rollout, objects, (one, set) => {
      if (one === active || (one === hash && !status.abort)) return { replicas: rollout.spec.replicas };
      const delay = blueGreen[one === hash ? "abortScaleDownDelaySeconds" : "scaleDownDelaySeconds"];
      const until = set.metadata.annotations[deadline] ?? new Date(this.#now() + delay * 1000).toISOString();
      return { replicas: this.#now() >= Date.parse(until) ? 0 : set.spec.replicas, until };
    });
  }
}

/** What a status forgets with another template, or other steps (sync.go, resetRolloutStatus). */
const atRest = { abort: false, promoteFull: false, controllerPause: false, pauseConditions: [], phase: "Progressing" };

const rest = (status: Status, currentStepIndex: number): Status =>
  Object.assign(status, { ...atRest, phase: "Healthy", message: "", currentStepIndex });

const abort = (status: Status): Status =>
  Object.assign(status, {
    ...atRest,
    abort: true,
    phase: "Degraded",
    message: "RolloutAborted: Rollout aborted update",
    currentStepIndex: 0,
  });

function whatIsMissing({ metadata: { namespace }, spec }: Rollout, objects: Objects): string | undefined {
  const { canary, blueGreen } = spec.strategy as { canary?: CanaryStrategy; blueGreen?: BlueGreenStrategy };
  const paths = [
    ...(canary
      ? [
          virtualServicePath(namespace, canary.trafficRouting.istio.virtualService.name),
          destinationRulePath(namespace, canary.trafficRouting.istio.destinationRule.name),
        ]
      : []),
    ...(blueGreen
      ? [servicePath(namespace, blueGreen.activeService), servicePath(namespace, blueGreen.previewService)]
      : []),
  ];
  return paths.find((path) => !objects.has(path));
}

function routeBy(
  { metadata: { namespace }, spec }: Rollout,
  hashes: Readonly<Record<string, string>>,
  weight: number,
  objects: Objects,
): void {
  const { istio } = (spec.strategy as { readonly canary: CanaryStrategy }).canary.trafficRouting;
  change<Pick<DestinationRule["spec"], "subsets">>(
    destinationRulePath(namespace, istio.destinationRule.name),
    objects,
    ({ subsets }) => ({
      subsets: subsets.map(({ name, labels }) => ({
        name,
        labels: { ...labels, [revisionLabel]: hashes[name] ?? "" },
      })),
    }),
  );
  const weights = [100 - weight, weight];
  change<Pick<VirtualService["spec"], "http">>(
    virtualServicePath(namespace, istio.virtualService.name),
    objects,
    ({ http }) => ({
      http: http.map((rule) =>
        rule.name === weightedRule
          ? { ...rule, route: rule.route.map((to, index) => ({ ...to, weight: toWeight(weights[index] ?? 0) })) }
          : rule,
      ),
    }),
  );
}

const select = ({ metadata: { namespace } }: Rollout, service: string, hash: string, objects: Objects): void =>
  change<{ readonly selector: object }>(servicePath(namespace, service), objects, ({ selector }) => ({
    selector: { ...selector, [revisionLabel]: hash },
  }));

function change<Spec extends object>(path: string, objects: Objects, next: (spec: Spec) => Spec): void {
  const object = objects.get(path);
  if (object) objects.set(path, { ...object, spec: { ...object.spec, ...next(object.spec as Spec) } });
}

/** A new version where something has changed. */
function store(path: string, objects: Objects, status: Status): void {
  const rollout = objects.get(path);
  if (!rollout || isDeepStrictEqual(rollout.status, status)) return;
  const resourceVersion = `${rollout.metadata?.resourceVersion}.1`;
  objects.set(path, { ...rollout, metadata: { ...rollout.metadata, resourceVersion }, status });
}
