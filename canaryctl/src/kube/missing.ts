import { UserError } from "@canary-lab/kit/user-error";

/** The error of a command that needs an object which an update makes. */
export const missing = (kind: string, name: string, namespace: string): UserError =>
  new UserError(`There is no ${kind} ${name} in namespace ${namespace}.`, { next: "npx canaryctl up" });
