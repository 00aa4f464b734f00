import { execa } from "execa";
import { repositoryRoot } from "../../cluster/lab-folder.ts";

/** What a terminal was given at one moment. */
export interface TerminalEvent {
  /** Seconds since the recording began. */
  readonly at: number;
  readonly text: string;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** One command under a pseudo-terminal of its own, which `script` of util-linux makes. */
export interface RecordedCommand {
  /** As the picture shows it, behind a prompt. */
  readonly shown: string;
  /** What is run, by a shell. */
  readonly command: string;
}

/** Seconds between two letters that are typed, and before a command that stands there is sent. */
const typing = { letter: 0.04, pause: 0.6 };

/** Records commands one after another, each typed behind a prompt, and whatever they exit with: a refusal is part of the story. */
export class Recording {
  readonly #events: TerminalEvent[] = [];
  readonly #size: TerminalSize;
  #at = 0;

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  get events(): readonly TerminalEvent[] {
    return this.#events;
  }

  /** @param environment all of it */
  async run({ shown, command }: RecordedCommand, environment: Readonly<Record<string, string>>): Promise<void> {
    this.#type(shown);
    const { columns, rows } = this.#size;
    const began = performance.now();
    const offset = this.#at;
    const sized = `stty cols ${columns} rows ${rows}; ${command}`;
    const child = execa("script", ["--quiet", "--flush", "--command", sized, "/dev/null"], {
      env: { ...environment, TERM: "xterm-256color", CI: "" }, // which would ask for plain lines
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      buffer: false,
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      // Where the checkout of whoever records lies is of no use to a reader.
      const shown = text.replaceAll(repositoryRoot, "~/canary-lab");
      this.#events.push({ at: offset + (performance.now() - began) / 1000, text: shown });
    });
    await child;
    this.#at = offset + (performance.now() - began) / 1000;
  }

  /** Nobody waits for a person who types: the times are made up. */
  #type(line: string): void {
    this.#events.push({ at: this.#at, text: "\u001b[1m$ " });
    for (const letter of line) {
      this.#at += typing.letter;
      this.#events.push({ at: this.#at, text: letter });
    }
    this.#at += typing.pause;
    this.#events.push({ at: this.#at, text: "\u001b[0m\r\n" });
  }
}
