import type { Facts, LockFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** The engine's state: whether it is there and whole, and who holds it. */
export function engineState({ state, stack, cluster }: Facts): readonly Finding[] {
  if (!state) return [];
  return [
    ...(state.damage === undefined
      ? []
      : [
          {
            id: "state-damaged",
            severity: "error" as const,
            what: `The state of stack ${stack} cannot be read.`,
            ...state.damage,
          },
        ]),
    ...(!state.isThere && cluster?.namespace ? [absentState(stack)] : []),
    ...(state.pending.length === 0
      ? []
      : [
          {
            id: "state-pending",
            severity: "warning" as const,
            what: "A killed update left operations open.",
            evidence: state.pending,
            mend: ["npx canaryctl up"],
            fix: { kind: "up" as const },
          },
        ]),
    ...state.locks.flatMap((lock) => lockFinding(lock, stack)),
  ];
}

/** Of an application that is in the cluster. */
export const absentState = (stack: string): Finding => ({
  id: "state-absent",
  severity: "error",
  what: `There is no state of stack ${stack}, and its application is in the cluster: the next update would make it again.`,
  evidence: ["the backend has no such stack"],
  mend: ["pulumi stack ls"],
});

function lockFinding({ path, pid, host, since, holder }: LockFacts, stack: string): readonly Finding[] {
  if (holder === "running") return [];
  const evidence = [`${path}: process ${pid} on ${host}${since === undefined ? "" : `, since ${since}`}`];
  const cancel = `pulumi cancel --yes --stack ${stack}`;
  if (holder === "dead") {
    return [
      {
        id: `dead-lock/${pid}`,
        severity: "warning",
        what: "A killed update left its lock behind.",
        evidence,
        mend: [cancel],
        fix: { kind: "drop-dead-locks" },
      },
    ];
  }
  return [
    {
      id: `foreign-lock/${host}-${pid}`,
      severity: "error",
      what: `The stack is locked by an update that was not started here, on ${host}: no other can run until it ends. Take the lock away only if it is dead.`,
      evidence,
      mend: [cancel],
    },
  ];
}
