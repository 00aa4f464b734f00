import type { ProcessName, ProcessSpec } from "../processes/process-spec.ts";

/**
 * The processes in an order in which each comes after those that it names in `after`.
 *
 * @throws Error for a name that is not among them, and for two that wait for each other
 */
export function inStartOrder(processes: readonly ProcessSpec[]): ProcessSpec[] {
  const ordered: ProcessSpec[] = [];
  const visit = (name: ProcessName, waiting: readonly ProcessName[]) => {
    if (ordered.some((process) => process.name === name)) return;
    if (waiting.includes(name))
      throw new Error(`These processes wait for each other: ${[...waiting, name].join(", ")}`);
    const process = processes.find((candidate) => candidate.name === name);
    if (process === undefined)
      throw new Error(`${waiting.at(-1)} waits for ${name}, which is not a process of the node.`);
    for (const needed of process.after) visit(needed, [...waiting, name]);
    ordered.push(process);
  };
  for (const { name } of processes) visit(name, []);
  return ordered;
}
