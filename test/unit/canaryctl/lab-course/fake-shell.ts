import type { LabShell } from "../../../../canaryctl/src/lab-course/shell.ts";
import type { Status } from "../../../../canaryctl/src/status.ts";

/**
 * A shell whose commands print what `outputs` has for them, and fail where that says `exit 1`.
 *
 * @param canary the share of v2, in percent, which the route has and the traffic shows
 */
export function fakeShell(outputs: Readonly<Record<string, string>>, canary = 10, failed = 0) {
  const ran: string[] = [];
  const sides = [
    { version: "v1", wanted: 100 - canary, seen: 500 - 5 * canary, isWithin: true },
    { version: "v2", wanted: canary, seen: 5 * canary, isWithin: true },
  ];
  const status = {
    weights: { config: null, wanted: null, route: { stable: 100 - canary, canary } },
    workloads: [],
    seen: { sides, answered: 500, failed, isAsWanted: true },
  } as unknown as Status;
  const shell: LabShell = {
    run: async (command) => {
      ran.push(command);
      const output = outputs[command] ?? "";
      return { exitCode: output.includes("exit 1") ? 1 : 0, output };
    },
    start: (command) => void ran.push(`${command} &`),
    status: async (requests) => {
      ran.push(`status ${requests ?? 0}`);
      return status;
    },
    faults: async () => [],
    end: async () => {},
  };
  return { shell, ran };
}
