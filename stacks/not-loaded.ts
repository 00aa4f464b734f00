// Modules that libraries import and nothing here uses. Whoever does is told. Pulumi's SDK serializes functions with npm's dependency
// resolver and the TypeScript compiler: half of what is loaded before the program's first line, 0.2 s of processor time of each preview
// and update. Zod has its words in 64 languages: half of the time that it takes to load it, 20 ms of each command.
import { registerHooks } from "node:module";

const scheme = "not-loaded:";
const unused: readonly string[] = ["@npmcli/arborist", "typescript"];

const isUnused = (specifier: string, parent = ""): boolean =>
  unused.includes(specifier) || (specifier === "../locales/index.js" && parent.includes("/node_modules/zod/"));

registerHooks({
  resolve: (specifier, context, next) =>
    isUnused(specifier, context.parentURL)
      ? { url: `${scheme}${specifier}`, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url.startsWith(scheme)
      ? { format: "commonjs", source: standIn(url.slice(scheme.length)), shortCircuit: true }
      : next(url, context),
});

/** The source of a module that can be loaded, and not used. */
function standIn(name: string): string {
  const message = `${name} is not loaded, for nothing here uses it: see stacks/not-loaded.ts`;
  const isOfTheLoader = '["__esModule", "default", "then"].includes(key) || typeof key === "symbol"';
  return `module.exports = new Proxy({}, {
    get(_, key) {
      if (${isOfTheLoader}) return undefined;
      throw new Error(${JSON.stringify(message)});
    },
  });`;
}
