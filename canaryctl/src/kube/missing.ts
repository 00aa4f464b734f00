import { LabError } from "../../../cluster/lab-error.ts";

/** The error of a command that needs an object which an update makes. */
export const missing = (kind: string, name: string, namespace: string): LabError =>
  new LabError(`There is no ${kind} ${name} in namespace ${namespace}.`, { next: "npx canaryctl up" });
