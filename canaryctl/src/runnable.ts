/** A line that is a command by one of the lab's programs. What is about the user's own kubeconfig is none. */
const ofLab = /^(\s*(?:(?:next|or|mend):\s+))((?:kubectl (?!config\b)|istioctl |pulumi |helm ).*)$/gm;

/** A text whose commands run as {@link runnable} has it. @param hasEnvironment asked only where there is such a command */
export const withRunnable = (text: string, hasEnvironment: () => boolean): string =>
  text.replaceAll(ofLab, (_line, label: string, command: string) => label + runnable(command, hasEnvironment()));

/**
 * A command as it runs in this shell: one of the lab's programs comes with the lab's environment where the shell has not read it. What
 * prints it names the stack.
 *
 * @param hasEnvironment whether `canaryctl env` has been read, so that the shell finds the lab's programs and the cluster
 */
export const runnable = (command: string, hasEnvironment: boolean): string =>
  hasEnvironment || command.startsWith("npx canaryctl") ? command : `eval "$(npx canaryctl env)" && ${command}`;
