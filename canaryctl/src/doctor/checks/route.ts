import { isDeepStrictEqual } from "node:util";
import { quoted } from "@canary-lab/kit/programs";
import { factsOf } from "../../../../canary/strategies.ts";
import { virtualServiceName } from "../../../../components/names.ts";
import { weightedRule } from "../../../../components/traffic/route-rules.ts";
import { appContainer } from "../../../../components/workload/render-pod.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { isSameShare, type Share, shareText } from "../../../../stacks/live/proxies/share.ts";
import { otherThanAsked } from "../../traffic/route.ts";
import { hasVirtualService, liveSplit, ownRoute, wantedRules, wantedSplit } from "../expected.ts";
import type { ClusterFacts, Facts, Writer } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { standsOn, writerOf } from "../objects.ts";
import { asApplied, type RouteDrift, routeDrift, withLiveWeights } from "../rendered-route.ts";
import type { RouteFacts } from "../route-facts.ts";
import { isForeignWriter, writtenBy } from "../writers.ts";

/** The route in the cluster against the config. */
export function route(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { app, namespace, strategy } = config;
  if (!cluster.namespace) return [];
  const kind = strategy === "gateway-api" ? "HTTPRoute" : "VirtualService";
  const name = strategy === "gateway-api" ? app : virtualServiceName(app);
  const live = ownRoute(cluster, config);
  const isAbsent =
    strategy === "gateway-api"
      ? cluster.httpRoute === null
      : hasVirtualService(config) && cluster.virtualServices !== undefined && live === undefined;
  if (isAbsent) {
    return [
      {
        id: `absent/${kind}/${name}`,
        severity: "error",
        what: `There is no ${kind} ${name}: requests go to the pods of all versions alike, and the gateway answers 404.`,
        evidence: [`namespace ${namespace} does not have it`],
        mend: ["npx canaryctl up"],
        fix: { kind: "up" },
      },
    ];
  }
  const split = liveSplit(cluster, config);
  const wanted = wantedSplit(config);
  const writer = live?.writer ?? (cluster.httpRoute ? { manager: cluster.httpRoute.owner, at: "" } : undefined);
  const applied = asApplied(cluster, config);
  const found = [
    ...(split && wanted ? weights(split, wanted, writer, `${kind} ${namespace}/${name}`) : []),
    ...(live && strategy === "istio" ? rules(live, wantedRules(applied)) : []),
    ...(live && strategy === "rollout-canary" ? targetedRoutes(cluster, live) : []),
  ];
  // What these have named differs from what is rendered, and goes with the same update.
  const isNamed = found.some(({ severity }) => severity === "error");
  const isOtherStrategy = (cluster.namespace.strategy ?? strategy) !== strategy;
  return isNamed || isOtherStrategy ? found : [...found, ...changedRoutes(cluster, applied)];
}

/** How many fields of one route are named. */
const mostFields = 5;

/** A route that leads otherwise than the program's, whatever its weights: a host, a rule in front of ours, a redirect. */
function changedRoutes(cluster: ClusterFacts, config: LabConfig): readonly Finding[] {
  return routeDrift(cluster, config).map((drift) => {
    const { kind, name, fields, live } = drift;
    const paths = fields.map(({ path }) => path.join("."));
    const more = paths.length > mostFields ? `, and ${paths.length - mostFields} more` : "";
    return {
      id: `route-drift/${kind}/${name}`,
      severity: "error",
      what: `${kind} ${config.namespace}/${name} does not lead as the program writes it: requests may go elsewhere.`,
      evidence: [
        `fields that differ: ${paths.slice(0, mostFields).join(", ")}${more}`,
        ...writtenBy(writerOf(live, kind === "VirtualService" ? "http" : "rules")),
      ],
      ...wayBack(drift, config),
    };
  });
}

/** Under the Rollouts controller an update leaves the rules alone: they are the controller's, and a patch puts ours back with its weights. */
function wayBack({ wanted, live, name, fields }: RouteDrift, config: LabConfig): Pick<Finding, "mend" | "fix"> {
  const isOfRules = fields.some(({ path }) => path[1] === "http");
  if (!isOfRules || config.strategy !== "rollout-canary") return { mend: ["npx canaryctl up"], fix: { kind: "up" } };
  const patch = JSON.stringify({ spec: { http: withLiveWeights(wanted, live) } });
  return {
    mend: [`kubectl -n ${config.namespace} patch virtualservice ${name} --type merge -p ${quoted(patch)}`],
  };
}

function weights(split: Share, wanted: Share, writer: Writer | undefined, place: string): readonly Finding[] {
  const evidence = [
    `${place}: ${shareText(split)} (stable/canary), the config: ${shareText(wanted)}`,
    ...writtenBy(writer),
  ];
  if (!isSameShare(split, wanted)) {
    // To give the canary less is safe; to give it more is for a person to say.
    const isSafe = wanted.canary < split.canary;
    return [
      {
        id: "route-drift",
        severity: "error",
        what: otherThanAsked,
        evidence,
        mend: ["npx canaryctl up"],
        ...(isSafe ? { fix: { kind: "up" } } : { isForPerson: true }),
      },
    ];
  }
  if (!isForeignWriter(writer)) return [];
  return [
    {
      id: "foreign-writer/weights",
      severity: "warning",
      what: `${writer.manager} has written the weights, which are the config's: the next one to write them wins.`,
      evidence,
      mend: [`npx canaryctl set-traffic ${wanted.stable} ${wanted.canary}`],
    },
  ];
}

const targets = (rule: RouteFacts["http"][number] | undefined) =>
  rule?.route?.map(({ destination, weight = 100 }) => ({ subset: destination.subset, weight }));

/** Such as `v1`, or `v1 90 %, v2 10 %`. */
function targetsText(rule: RouteFacts["http"][number] | undefined): string {
  const [first, ...others] = targets(rule) ?? [];
  if (!first) return "nothing";
  const name = ({ subset = "no subset" }: typeof first) => subset;
  if (others.length === 0 && first.weight === 100) return name(first);
  return [first, ...others].map((target) => `${name(target)} ${target.weight} %`).join(", ");
}

/** The rules beside the weights: those of targeted users, each as the program writes it. */
function rules({ http, namespace, name }: RouteFacts, wanted: RouteFacts["http"]): readonly Finding[] {
  return wanted.flatMap((rule): readonly Finding[] => {
    if (rule.name === weightedRule) return [];
    const live = http.find((one) => one.name === rule.name);
    if (live && isDeepStrictEqual(live.match, rule.match) && isDeepStrictEqual(targets(live), targets(rule))) return [];
    return [
      {
        id: `header-route/${rule.name}`,
        severity: "error",
        what: `The route of targeted users, ${rule.name}, is ${live ? "changed" : "lost"}: who asks for a version by header or cookie gets another.`,
        evidence: [
          `VirtualService ${namespace}/${name} has the rules ${http.map((one) => one.name ?? "(without a name)").join(", ") || "none"}`,
          ...(live ? [`${rule.name} leads to ${targetsText(live)}, should lead to ${targetsText(rule)}`] : []),
        ],
        mend: ["npx canaryctl up"],
        fix: { kind: "up" },
      },
    ];
  });
}

/** The controller drops its own routes when the canary has no pod for a moment, and makes them again only at their step. */
function targetedRoutes({ rollout }: ClusterFacts, { http, namespace, name }: RouteFacts): readonly Finding[] {
  return (rollout?.headerRoutes ?? [])
    .filter((wanted) => !http.some((rule) => rule.name === wanted))
    .map((wanted) => ({
      id: `header-route/${wanted}`,
      severity: "error" as const,
      what: "The route of the header X-Canary is lost, though the release has passed the step that made it.",
      evidence: [
        `VirtualService ${namespace}/${name} has the rules ${http.map((one) => one.name ?? "(without a name)").join(", ")}`,
      ],
      mend: ["npx canaryctl abort && npx canaryctl retry"],
    }));
}

/** Each proxy that calls the application against the route in the cluster. */
export function proxies(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const split = liveSplit(cluster, config);
  if (!split || cluster.proxies === undefined) return [];
  const { controlPlane } = standsOn(cluster.namespace, config).mesh;
  // The lab's gateway knows nothing of an HTTPRoute, and the gateway of one nothing of a VirtualService.
  const hasOwnGateway = factsOf(config.strategy).entry === "own-gateway";
  const asked = cluster.proxies.filter(({ namespace, isGateway }) =>
    hasOwnGateway ? namespace === config.namespace : !isGateway,
  );
  return asked
    .filter((proxy) => proxy.split === undefined || !isSameShare(proxy.split, split))
    .map(({ pod, namespace, split: own }) => ({
      id: `proxy-route/${pod}`,
      severity: "error" as const,
      what: `The proxy of pod ${pod} has not got the route: it goes on with an older one.`,
      evidence: [
        own
          ? `pod ${namespace}/${pod} sends ${shareText(own)}, the cluster's route says ${shareText(split)}`
          : `pod ${namespace}/${pod} knows of no split for ${config.app}`,
      ],
      mend: [
        `kubectl -n ${controlPlane.namespace} rollout restart deployment/${controlPlane.name}`,
        `kubectl -n ${namespace} delete pod ${pod}`,
      ],
    }));
}

/** A few requests from the client: whatever else seems right, users see this. */
export function answers(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { answers: seen } = cluster;
  if (!seen || (seen.failed === 0 && seen.sent > 0)) return [];
  const share = liveSplit(cluster, config)?.canary ?? 0;
  return [
    {
      id: "answers",
      severity: "error",
      what: `${seen.failed} of ${seen.sent} requests from a pod in the mesh failed.`,
      evidence: seen.reasons,
      mend: [
        ...(share > 0 ? ["npx canaryctl rollback"] : []),
        `kubectl -n ${config.namespace} logs -l app=${config.app} -c ${appContainer} --tail=20 --prefix`,
      ],
    },
  ];
}
