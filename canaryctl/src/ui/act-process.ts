import { join } from "node:path";
import { execa } from "execa";

/** What a command has come to. */
export interface Ended {
  readonly exitCode: number;
}

/** Takes the words of one command line, once. */
export interface ActProcess {
  /** @param print gets each line as it is printed */
  run(words: readonly string[], print: (line: string) => void): Promise<Ended>;
  /** Ends a process that was not needed. */
  end(): void;
}

const program = join(import.meta.dirname, "act-main.ts");

/**
 * A process of canaryctl that has loaded the commands and waits for a command line. One process acts on one stack, as from a shell: its refusals,
 * history and locks are those of the command, a rollback waits for no other act, and what fails takes nothing along.
 */
export function prepareProcess(): ActProcess {
  const child = execa(process.execPath, ["--no-warnings", program], {
    ipc: true,
    all: true,
    stdin: "ignore",
    reject: false,
    buffer: false,
    forceKillAfterDelay: false, // a command that is asked to end takes away what it has made
  });
  const ended = child.then(({ exitCode }): Ended => ({ exitCode: exitCode ?? 1 }));
  return {
    run: async (words, print) => {
      const printed = (async () => {
        for await (const line of child.iterable({ from: "all" })) print(line);
      })();
      await child.sendMessage([...words]);
      await printed.catch(() => {}); // how it ended says the exit code
      return ended;
    },
    end: () => void child.kill(),
  };
}
