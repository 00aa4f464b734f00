import { appendFileSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";

/** Where the output of the commands goes that run beside the others: on the terminal it would stand in the middle of a question. */
export interface BackgroundLog {
  /** As it is told to a person. */
  readonly name: string;
  write(text: string): void;
  /** The last line that was written whole; undefined where there is none since the last call. */
  takeLastLine(): string | undefined;
}

/** Begins the file anew. */
export function backgroundLog(path: string, name: string): BackgroundLog {
  writePrivateFile(path, "");
  let begun = "";
  let last: string | undefined;
  return {
    name,
    write: (text) => {
      appendFileSync(path, text);
      const lines = (begun + text).split("\n");
      begun = lines.pop() ?? "";
      last = lines.findLast((line) => line.trim() !== "") ?? last;
    },
    takeLastLine: () => {
      const line = last;
      last = undefined;
      return line;
    },
  };
}
