/** Where a command will be typed. */
export interface Shell {
  readonly stack: string;
  /** Whether `canaryctl env` has been read into this shell, so that it finds the lab's programs and the cluster. */
  readonly hasEnvironment: boolean;
}

/** A command as it runs in this shell: with its stack where that is not the default, and with the lab's programs and cluster. */
export function runnable(command: string, { stack, hasEnvironment }: Shell): string {
  const named = stack === "dev" ? "npx canaryctl" : `npx canaryctl --stack ${stack}`;
  if (command.startsWith("npx canaryctl")) return command.replace("npx canaryctl", named);
  return hasEnvironment ? command : `eval "$(${named} env)" && ${command}`;
}
