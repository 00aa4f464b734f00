import type { Progress } from "@canary-lab/kit/progress";
import type { Clock } from "@canary-lab/kit/until";
import { runCommand } from "../docker.ts";
import { fetchPrograms, type ProgramPlan, planPrograms } from "../fetched-programs.ts";
import { labFolder } from "../lab-folder.ts";
import { freePort, isPortFree } from "../ports.ts";
import type { Command } from "./commands.ts";

/** The machine that a kind cluster is made on. */
export interface KindMachine {
  /** Runs a command with folders in front of PATH; answers its standard output, rejects with what it wrote to standard error. */
  run(command: Command, folders?: readonly string[]): Promise<string>;
  isPortFree(port: number): Promise<boolean>;
  freePort(): Promise<number>;
  planPrograms(): Promise<ProgramPlan>;
  fetchPrograms(plan: ProgramPlan, progress: Progress): Promise<void>;
  /** The folder `.lab` of this checkout. */
  readonly home: string;
  readonly clock?: Clock;
}

export const thisMachine: KindMachine = {
  run: runCommand,
  isPortFree,
  freePort,
  planPrograms: () => planPrograms(["pulumi", "docker", "kind"], process.env.PATH),
  fetchPrograms: (plan, progress) => fetchPrograms(plan, progress),
  home: labFolder,
};
