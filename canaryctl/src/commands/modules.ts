import type { LabCommand } from "../command-line/command.ts";

interface CommandModule {
  /** The commands that it adds. */
  readonly names: readonly string[];
  /** Loads it, and gives what adds them. */
  load(): Promise<(program: LabCommand) => void>;
}

/**
 * The commands, in the order of the help. Each is loaded where it is asked for: loading all of them takes longer than a rollback may
 * take to write the route.
 */
const modules: readonly CommandModule[] = [
  { names: ["up"], load: async () => (await import("./definitions/up.ts")).addUp },
  { names: ["status"], load: async () => (await import("./definitions/status.ts")).addStatus },
  { names: ["doctor"], load: async () => (await import("./definitions/doctor.ts")).addDoctor },
  { names: ["create-canary"], load: async () => (await import("./definitions/create-canary.ts")).addCreateCanary },
  { names: ["set-traffic"], load: async () => (await import("./definitions/set-traffic.ts")).addSetTraffic },
  { names: ["promote"], load: async () => (await import("./definitions/promote.ts")).addPromote },
  { names: ["rollback"], load: async () => (await import("./definitions/rollback.ts")).addRollback },
  {
    names: ["abort", "retry", "undo"],
    load: async () => (await import("./definitions/controller-commands.ts")).addControllerCommands,
  },
  { names: ["delete-canary"], load: async () => (await import("./definitions/delete-canary.ts")).addDeleteCanary },
  { names: ["faults"], load: async () => (await import("./definitions/faults.ts")).addFaults },
  { names: ["load"], load: async () => (await import("./definitions/load.ts")).addLoad },
  { names: ["watch"], load: async () => (await import("./definitions/watch.ts")).addWatch },
  { names: ["history"], load: async () => (await import("./definitions/history.ts")).addHistory },
  { names: ["report"], load: async () => (await import("./definitions/report.ts")).addReport },
  { names: ["graph"], load: async () => (await import("./definitions/graph.ts")).addGraph },
  { names: ["cost"], load: async () => (await import("./definitions/cost.ts")).addCost },
  { names: ["ui"], load: async () => (await import("./definitions/ui.ts")).addUi },
  { names: ["lab"], load: async () => (await import("./definitions/lab.ts")).addLab },
  { names: ["preview"], load: async () => (await import("./definitions/preview.ts")).addPreview },
  { names: ["comment"], load: async () => (await import("./definitions/comment.ts")).addComment },
  { names: ["stack"], load: async () => (await import("./definitions/stack.ts")).addStack },
  { names: ["config"], load: async () => (await import("./definitions/config.ts")).addConfig },
  { names: ["env"], load: async () => (await import("./definitions/env.ts")).addEnv },
  { names: ["kubeconfig"], load: async () => (await import("./definitions/kubeconfig.ts")).addKubeconfig },
  { names: ["down"], load: async () => (await import("./definitions/down.ts")).addDown },
];

/** The names of all commands. */
export const commandNames: readonly string[] = modules.flatMap(({ names }) => names);

/** Adds the command of that name, with those of its module; all of them without a name that is a command's. */
export async function addCommands(program: LabCommand, name: string | undefined): Promise<void> {
  const named = modules.filter(({ names }) => name !== undefined && names.includes(name));
  for (const add of await Promise.all((named.length > 0 ? named : modules).map(({ load }) => load()))) add(program);
}
