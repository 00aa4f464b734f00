import { at, type Json, listAt, numberAt, textAt } from "../../json.ts";
import { type KubeObject, nameOf, namespaceOf } from "../objects/objects.ts";
import { type ReadinessCheck, ready } from "./readiness.ts";

/** The condition of a type in an object's status. */
export const condition = (object: Json | undefined, type: string): Json | undefined =>
  listAt(object, "status", "conditions").find((one) => textAt(one, "type") === type);

export const isTrue = (one: Json | undefined): boolean => textAt(one, "status") === "True";

/** A condition as a line: `[Reason] message`; empty where it says neither. */
export function conditionLine(one: Json | undefined): string {
  const [reason, message] = [textAt(one, "reason"), textAt(one, "message")];
  return reason && message ? `[${reason}] ${message}` : message;
}

const qualifiedName = (object: KubeObject): string =>
  ["", "default"].includes(namespaceOf(object)) ? nameOf(object) : `${namespaceOf(object)}/${nameOf(object)}`;

function containerProblems(status: Json): string[] {
  if (at(status, "ready") === true) return [];
  const name = textAt(status, "name");
  const problems: string[] = [];
  const waiting = at(status, "state", "waiting");
  if (waiting && textAt(waiting, "reason") !== "ContainerCreating")
    problems.push(conditionLine(waiting) || `[${textAt(waiting, "reason")}]`);
  const terminated = at(status, "state", "terminated");
  if (textAt(terminated, "reason")) {
    const message = textAt(terminated, "message");
    problems.push(
      message
        ? `[${textAt(terminated, "reason")}] ${message}`
        : `container "${name}" completed with exit code ${numberAt(terminated, "exitCode")}`,
    );
  }
  const last = at(status, "lastState", "terminated");
  if (last) {
    problems.push(
      `container "${name}" terminated at ${textAt(last, "finishedAt")} (${textAt(last, "reason")}: exit code ${numberAt(last, "exitCode")})`,
    );
    if (textAt(last, "message")) problems.push(textAt(last, "message"));
  }
  return problems;
}

/** Why a pod does not run, as one text: not placed, image not pulled, container crashing. Empty where nothing is wrong. */
export function podProblem(pod: KubeObject): string {
  if (textAt(pod, "status", "phase") === "Succeeded" || isTrue(condition(pod, "Ready"))) return "";
  const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
  const containers = statuses.flatMap(containerProblems).join("\n");
  const scheduled = condition(pod, "PodScheduled");
  const unplaced = scheduled && !isTrue(scheduled) ? conditionLine(scheduled) : "";
  const unready = textAt(condition(pod, "Ready"), "message");
  const text = unplaced || `${unready}${containers}`;
  return text && `[Pod ${qualifiedName(pod)}]: ${text}`;
}

export const podProblems = (pods: readonly KubeObject[]): string[] => pods.map(podProblem).filter(Boolean);

export const podCheck: ReadinessCheck = {
  watches: () => [],
  onRead: true,
  check: ({ object }) => {
    const done = textAt(object, "status", "phase") === "Succeeded";
    const isReady = ["PodScheduled", "Initialized", "Ready"].every((type) => isTrue(condition(object, type)));
    if (done || isReady) return ready;
    return {
      ready: false,
      status: `Waiting for Pod "${qualifiedName(object)}" to be ready`,
      details: podProblems([object]),
    };
  },
};
