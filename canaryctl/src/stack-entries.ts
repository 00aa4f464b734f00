import { entries, parse } from "../../stacks/config/stack-yaml.ts";
import { ambiguousValues } from "../../stacks/config/yaml-numbers.ts";

/** What a stack's file says below `config:`. */
interface Entries {
  /** The values that the program is asked to read, by key. */
  readonly all: readonly (readonly [key: string, value: unknown])[];
  readonly ambiguous: ReturnType<typeof ambiguousValues>;
}

/** What was read last: parsing takes longer than all the rest, and a command opens its stack, and each of its services, many times. */
let last: ({ readonly text: string; readonly path: string } & Entries) | undefined;

/** @throws UserError for a text that is no YAML, or has no map below `config:` */
export function entriesOf(text: string, path: string): Entries {
  if (last?.text !== text || last.path !== path)
    last = { text, path, all: entries(parse(text, path), path), ambiguous: ambiguousValues(text) };
  return last;
}
