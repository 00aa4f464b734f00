/**
 * A command as it runs in this shell: one of the lab's programs comes with the lab's environment where the shell has not read it. What
 * prints it names the stack.
 *
 * @param hasEnvironment whether `canaryctl env` has been read, so that the shell finds the lab's programs and the cluster
 */
export const runnable = (command: string, hasEnvironment: boolean): string =>
  hasEnvironment || command.startsWith("npx canaryctl") ? command : `eval "$(npx canaryctl env)" && ${command}`;
