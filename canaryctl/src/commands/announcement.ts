import type { TargetName } from "../../../cluster/target.ts";

/**
 * What is said before the first change: nothing is asked, so whoever reads it can still stop. Where the lab's cluster is there, a stack adds
 * nothing to what that has changed, and its own `down` leaves it while another stack is there.
 */
export function announcement(plan: {
  readonly name: TargetName;
  readonly reason: string;
  readonly isThere: boolean;
  readonly advice?: string;
  readonly needs: string;
  readonly footprint: readonly string[];
}): readonly string[] {
  const { name, reason, isThere, advice, needs, footprint } = plan;
  if (isThere) return [`Cluster: ${name}, because ${reason}.`];
  return [
    `Cluster: ${name}, because ${reason}.`,
    `It takes ${needs}.`,
    ...(advice ? [advice] : []),
    `Outside .lab/ it changes${name === "existing" ? "" : ", until `npx canaryctl down`"}:`,
    ...footprint.map((line) => `  - ${line}`),
  ];
}
