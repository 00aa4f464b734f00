import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { isMeant, type UrnPatterns } from "../../../../stacks/application-scope.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { expectedWorkloads } from "../../doctor/expected.ts";
import type { Lab } from "../../lab.ts";
import { stateOf } from "../state.ts";
import { withLive } from "./adopt.ts";
import type { FieldDrift } from "./compare.ts";
import { type Drift, findVisibleDrift, isLeaving } from "./live-objects.ts";

/**
 * Finds what was changed or deleted in the cluster behind the engine's back, and corrects the state, so that the next update puts it
 * back. The engine by itself compares the program with its state only. Its own refresh reads one object after another, which takes
 * 2 s longer.
 *
 * @param say gets one line for each object that is gone and each field that differs
 * @param isMeant what is to be put back; default: all
 */
export async function noteDrift(
  lab: Pick<Lab, "cluster" | "config" | "engine" | "state">,
  say: (line: string) => void,
  isMeant: (drift: Drift) => boolean = () => true,
): Promise<void> {
  const { cluster, config, engine } = lab;
  const exported = await stateOf(lab);
  if (!exported) return;
  const find = async () => (await findVisibleDrift(cluster, exported.deployment)).filter(isMeant);
  let drift = await find();
  if (await untilGone(cluster, drift, say)) drift = await find();
  if (drift.length === 0) return;
  for (const line of driftLines(drift, config)) say(line);
  await engine.importState(withLive(exported, drift));
}

/** Of the resources that an update is about those that are gone: it would fail for want of them. */
export const isGone =
  (urns: UrnPatterns) =>
  ({ live, urn }: Drift): boolean =>
    (live === undefined || isLeaving(live)) && isMeant(urns, urn);

/** A line for each object that is gone and for each field that differs; what went with its namespace is only counted. */
function driftLines(drift: readonly Drift[], config: LabConfig): readonly string[] {
  const gone = drift.filter(({ live }) => live === undefined);
  const namespaces = gone.filter(({ kind }) => kind === "Namespace").map(({ id }) => id);
  const namespaceOf = ({ id }: Drift) => (id.includes("/") ? (id.split("/")[0] ?? "") : "");
  return drift.flatMap((one) => {
    if (one.live)
      return one.fields.map(
        (field) =>
          `Drift: ${nameOf(one)}: ${fieldText(field)}. The update ${isAutoscalers(one, field, config) ? "leaves it to the autoscaler" : "puts it back"}.`,
      );
    if (namespaces.includes(namespaceOf(one))) return [];
    const within = one.kind === "Namespace" ? gone.filter((other) => namespaceOf(other) === one.id).length : 0;
    const more = within > 0 ? `, and ${within} more of the stack's objects with it` : "";
    return [`Drift: ${nameOf(one)} is gone${more}. The update makes ${within > 0 ? "them" : "it"} again.`];
  });
}

/** Until the update that brings an autoscaler, the state has the number of pods as the config's. */
const isAutoscalers = ({ kind, id }: Drift, { path }: FieldDrift, config: LabConfig): boolean =>
  config.autoscaling !== undefined &&
  path.join(".") === "spec.replicas" &&
  expectedWorkloads(config).some((one) => one.kind === kind && `${config.namespace}/${one.name}` === id);

const nameOf = ({ kind, id }: Drift): string => `${kind} ${id}`;

/** How a resource has drifted, without what becomes of it. */
export const driftText = (one: Drift): readonly string[] => (one.live ? one.fields.map(fieldText) : [`no ${one.path}`]);

const fieldText = ({ path, live, wanted }: FieldDrift): string =>
  `${path.join(".")} is ${valueText(live)}, and was ${valueText(wanted)} after the last update`;

const longestValue = 60;

function valueText(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

const goneSeconds = 120;

/**
 * Waits for deletions that go on, such as that of a namespace with all that is in it: nothing can be made in their place before.
 *
 * @returns whether there were any
 * @throws UserError where one of them takes two minutes
 */
async function untilGone(
  cluster: Pick<ClusterClient, "get">,
  drift: readonly Drift[],
  say: (line: string) => void,
): Promise<boolean> {
  const leaving = drift.filter(({ live }) => live && isLeaving(live));
  for (const one of leaving) {
    say(`${nameOf(one)} is being deleted: waiting for the end of it.`);
    if (await until(async () => !(await cluster.get(one.path)), { seconds: goneSeconds })) continue;
    throw new UserError(`The deletion of ${nameOf(one)} does not end.`, {
      place: `metadata.finalizers and status of ${one.path}`,
      next: `kubectl get --raw ${one.path}`,
    });
  }
  return leaving.length > 0;
}
