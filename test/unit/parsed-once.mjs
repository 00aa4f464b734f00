import vm from "node:vm";

const { Script } = vm;

/** The latest of each CommonJS module: its source, the script that V8 made of it, and how the newest file of tests imports for it. */
const known = new Map();

/**
 * Parses each CommonJS module once for each worker. Jest loads them anew for each file of tests, 68 for `expect` and its kin
 * alone, and V8 keeps nothing of a function that is compiled for a context. A script is bound to none: it keeps all that V8
 * made of its functions, too, and running it in a context makes a new function there.
 */
export function parseOnce() {
  vm.compileFunction = (source, parameters, { filename, importModuleDynamically, parsingContext }) => {
    if (known.get(filename)?.source !== source) known.set(filename, parse(source, parameters, filename));
    const module = known.get(filename);
    module.importModuleDynamically = importModuleDynamically;
    return module.script.runInContext(parsingContext);
  };
}

function parse(source, parameters, filename) {
  const before = `(function (${parameters.join(", ")}) {`;
  const module = { source };
  module.script = new Script(`${before}${source}\n})`, {
    filename,
    columnOffset: -before.length,
    importModuleDynamically: (...request) => module.importModuleDynamically(...request),
  });
  return module;
}
