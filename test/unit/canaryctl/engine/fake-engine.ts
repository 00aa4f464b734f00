import type { UserError } from "@canary-lab/kit/user-error";
import { PulumiEngine } from "../../../../canaryctl/src/engine/engine.ts";
import type { EngineExit, EngineProcess } from "../../../../canaryctl/src/engine/process.ts";

/** An engine of stack dev whose processes print these lines and end so; `calls` has each of them. */
export function engineThat(
  exit: Partial<EngineExit>,
  lines: readonly string[] = [],
  variables = { A: "b" } as object,
  policyPack: readonly string[] = [],
) {
  const calls: EngineProcess[] = [];
  const run = async (process: EngineProcess) => {
    calls.push(process);
    for (const line of lines) process.onLine?.(line);
    return { code: 0, lines, output: lines, isInterrupted: false, ...exit };
  };
  return { engine: new PulumiEngine("dev", { ...variables }, run, undefined, policyPack), calls };
}

/** The error of an update whose engine prints these lines and fails. */
export const failure = async (lines: readonly string[]): Promise<UserError> =>
  engineThat({ code: 255 }, lines)
    .engine.update()
    .then(
      () => Promise.reject(new Error("it did not fail")),
      (error) => error,
    );
