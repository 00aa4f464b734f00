import vm from "node:vm";

const { compileFunction } = vm;

/** What V8 made of each file: `cachedData`, which it takes back for the same source and parameters only. */
const known = new Map();

/**
 * Parses each CommonJS module once for each worker. Jest loads them anew for each file of tests, 68 for `expect` and its kin
 * alone, and V8 keeps nothing of a function that is compiled for a context.
 */
export function parseOnce() {
  vm.compileFunction = (source, parameters, options) => {
    const before = known.get(options.filename);
    if (before?.source === source)
      return compileFunction(source, parameters, { ...options, cachedData: before.cachedData });
    const compiled = compileFunction(source, parameters, { ...options, produceCachedData: true });
    known.set(options.filename, { source, cachedData: compiled.cachedData });
    return compiled;
  };
}
