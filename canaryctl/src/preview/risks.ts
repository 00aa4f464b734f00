import { factsOf } from "../../../canary/strategies.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { PreviewDrift } from "./digest.ts";
import type { ResourceChange } from "./resources.ts";
import type { Traffic } from "./traffic.ts";
import { joined, type Words, words } from "./words.ts";

/** What somebody who approves an update should have seen. */
export interface Risk {
  readonly kind: "untested" | "skipped-step" | "replaced" | "deleted" | "request-path" | "mesh" | "restart" | "drift";
  readonly text: Words;
}

interface RiskInput {
  readonly resources: readonly ResourceChange[];
  readonly traffic: Traffic;
  readonly drift: readonly PreviewDrift[];
  /** The config that was applied last, where there was one, and the one that is previewed. */
  readonly applied: Readonly<Record<string, string>> | undefined;
  readonly config: LabConfig | undefined;
  /** The images that have had a share as the canary; undefined where nobody knows. */
  readonly tried: readonly string[] | undefined;
}

/** In the order in which they matter: users first. */
export function risksOf(input: RiskInput): readonly Risk[] {
  return [
    ...untested(input),
    ...skippedSteps(input.traffic),
    ...input.drift.map(driftRisk),
    ...input.resources.flatMap(replaced),
    ...deletedOnes(input.resources),
    ...input.resources.flatMap((resource) => requestPath(resource, input.traffic)),
    ...input.resources.flatMap(restart),
  ];
}

/** A share of the traffic for an image that has had none, and a stable image that no canary has tried. */
function untested({ traffic, applied, config, tried }: RiskInput): readonly Risk[] {
  if (!config || factsOf(config.strategy).workloads === "one") return [];
  const { stableImage, canaryImage } = config;
  const { before, after: share, live } = traffic.kind === "share" ? traffic : noShare;
  const risks: Risk[] = [];
  const risk = (text: Words) => risks.push({ kind: "untested", text });
  const had = applied?.canaryEnabled === "true" ? applied.canaryImage : undefined;
  const isNew = had !== canaryImage;
  // A canary that has no share may have had one, as before a rollback.
  const isFirst = isNew ? !tried?.includes(canaryImage) : !(live ?? before) && tried?.includes(canaryImage) === false;
  if (share && isFirst && stableImage !== canaryImage)
    risk(
      words`${canaryImage} has had no traffic in this stack, and gets ${[percent(share)]}${[isNew ? " at once" : ""]}`,
    );
  const known = [applied?.stableImage, had];
  if (applied && !known.includes(stableImage))
    risk(words`${stableImage} becomes the stable image without having been the canary: all of the stable side gets it`);
  return risks;
}

const noShare = { before: null, after: null, live: null };

/** More than one step at once, on the way up. */
function skippedSteps(traffic: Traffic): readonly Risk[] {
  if (traffic.kind !== "share" || traffic.after === null) return [];
  const from = traffic.live ?? traffic.before ?? (traffic.isAsked ? traffic.after : 0);
  const { after } = traffic;
  const skipped = traffic.steps.filter((weight) => weight > from + 0.05 && weight < after - 0.05);
  if (skipped.length === 0) return [];
  return [{ kind: "skipped-step", text: [`the move skips ${skipped.map(percent).join(", ")} of the plan`] }];
}

const driftRisk = ({ kind, id, isGone, fields }: PreviewDrift): Risk => ({
  kind: "drift",
  text: isGone
    ? words`${`${kind} ${id}`} is gone from the cluster, and comes back`
    : joined(
        [
          words`${`${kind} ${id}`} was changed in the cluster, and is put back: `,
          joined(
            fields.slice(0, mostFields).map((field) => words`${field}`),
            ", ",
          ),
          fields.length > mostFields ? [` and ${fields.length - mostFields} more fields`] : undefined,
        ],
        "",
      ),
});

const mostFields = 5;

function replaced({ operation, kind, id, values }: ResourceChange): readonly Risk[] {
  if (operation !== "replace") return [];
  const fields = values.filter(({ replaces }) => replaces).map(({ path }) => words`${path}`);
  const why =
    fields.length === 0 ? undefined : joined([[" for "], joined(fields, ", "), [", which cannot be changed"]], "");
  const along = takenAlong[kind] === undefined ? "" : `, ${takenAlong[kind]},`;
  return [{ kind: "replaced", text: joined([words`${`${kind} ${id}`} is deleted${[along]} and made again`, why], "") }];
}

const takenAlong: Readonly<Record<string, string>> = {
  Namespace: "with all that is in it",
  CustomResourceDefinition: "and with it every object of that kind in the cluster, whoever made it",
  PersistentVolumeClaim: "and with it its data",
  Release: "with all objects of that Helm release",
};

/** What takes others along, what serves requests, and what nobody gets back, one by one; the others are counted. */
function deletedOnes(resources: readonly ResourceChange[]): readonly Risk[] {
  const gone = resources.filter(({ operation, kind, isKept }) => operation === "delete" && !isKept && kind !== "Image");
  const isNamed = ({ kind }: ResourceChange) =>
    kind in takenAlong || kind === "Secret" || [...workloadKinds, ...requestKinds].includes(kind);
  const named = gone.filter(isNamed).map(({ kind, id }): Risk => {
    const along = takenAlong[kind];
    return { kind: "deleted", text: joined([words`${`${kind} ${id}`} is deleted`, along ? [along] : undefined], ", ") };
  });
  const others = gone.length - named.length;
  const count = `${others} other ${others === 1 ? "object is" : "objects are"} deleted`;
  return others === 0 ? named : [...named, { kind: "deleted", text: [count] }];
}

/** Kinds that decide whether and how a request arrives. */
const requestKinds: readonly string[] = [
  "VirtualService",
  "DestinationRule",
  "Gateway",
  "HTTPRoute",
  "Ingress",
  "Service",
  "ServiceEntry",
  "Sidecar",
  "EnvoyFilter",
  "PeerAuthentication",
  "AuthorizationPolicy",
  "RequestAuthentication",
  "NetworkPolicy",
];

/** A weight that moves is traffic, and told as such. Who asks for the canary by header follows it to and from 0 and 100 %. */
const isOfMove = (path: string, traffic: Traffic): boolean => {
  if (/\.(route|backendRefs)\[\d+\]\.weight$/.test(path)) return true;
  const isEnd =
    traffic.kind === "share" && [traffic.before, traffic.after].some((share) => share === 0 || share === 100);
  return isEnd && /^spec\.(http|rules)\[0\]\.(route\[0\]\.destination\.subset|backendRefs\[0\]\.name)$/.test(path);
};

function requestPath({ operation, kind, id, values }: ResourceChange, traffic: Traffic): readonly Risk[] {
  if (operation !== "update") return [];
  if (kind === "Release" && /(^|\/)istio/.test(id))
    return [{ kind: "mesh", text: words`Helm release ${id} changes: the mesh of every application in the cluster` }];
  const fields = values.filter(({ path }) => path.startsWith("spec") && !isOfMove(path, traffic));
  if (!requestKinds.includes(kind) || fields.length === 0) return [];
  const paths = joined(
    fields.slice(0, mostFields).map(({ path }) => words`${path}`),
    ", ",
  );
  const more = fields.length > mostFields ? [` and ${fields.length - mostFields} more fields`] : undefined;
  return [
    {
      kind: "request-path",
      text: joined([words`${`${kind} ${id}`} changes on the way of a request: `, paths, more], ""),
    },
  ];
}

const workloadKinds: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet", "Rollout"];

function restart({ operation, kind, id, values }: ResourceChange): readonly Risk[] {
  const isRestart = values.some(({ path }) => path.startsWith("spec.template"));
  if (operation !== "update" || kind === "Rollout" || !workloadKinds.includes(kind) || !isRestart) return [];
  return [{ kind: "restart", text: words`the pods of ${`${kind} ${id}`} are replaced` }];
}

const percent = (share: number): string => `${Number(share.toFixed(1))} %`;
