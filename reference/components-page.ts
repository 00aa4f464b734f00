import { type Component, type ComponentField, readComponents } from "./component-types.ts";
import { code, generatedPage, plain, table } from "./markdown.ts";

/** Each component of the package: its arguments, its outputs, and what it throws. */
export const componentsPage = (): string =>
  generatedPage(
    "Components",
    "the components' own docstrings",
    "What `@canary-lab/components` exports; [how to use it](../library.md). `Input<T>` may be an output of another resource. An argument without `?` is needed.",
    ...readComponents().map(section),
  );

function section({ name, token, words, throws, args, outputs }: Component): string {
  return [
    `## ${name}`,
    `${code(token)}. ${plain(words)}`,
    ...throws.map((text) => `Throws ${plain(text)}.`),
    fields("argument", args),
    ...(outputs.length === 0 ? [] : [fields("output", outputs)]),
  ].join("\n\n");
}

const fields = (kind: string, all: readonly ComponentField[]): string =>
  table(
    [kind, "type", "what it is"],
    all.map(({ name, type, isOptional, words }) => [code(`${name}${isOptional ? "?" : ""}`), code(type), plain(words)]),
  );
