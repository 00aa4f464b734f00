// Pulumi's SDK serializes functions with npm's dependency resolver and the TypeScript compiler. This program has no such function, and
// they are half of what is loaded before its first line: 0.2 s of processor time of each preview and update. Whoever uses them is told.
import { registerHooks } from "node:module";

const scheme = "not-loaded:";
const unused: readonly string[] = ["@npmcli/arborist", "typescript"];

registerHooks({
  resolve: (specifier, context, next) =>
    unused.includes(specifier)
      ? { url: `${scheme}${specifier}`, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url.startsWith(scheme)
      ? { format: "commonjs", source: standIn(url.slice(scheme.length)), shortCircuit: true }
      : next(url, context),
});

/** The source of a module that can be loaded, and not used. */
function standIn(name: string): string {
  const message = `${name} is not loaded, for this program serializes no functions: see stacks/sdk-without-closures.ts`;
  const isOfTheLoader = '["__esModule", "default", "then"].includes(key) || typeof key === "symbol"';
  return `module.exports = new Proxy({}, {
    get(_, key) {
      if (${isOfTheLoader}) return undefined;
      throw new Error(${JSON.stringify(message)});
    },
  });`;
}
