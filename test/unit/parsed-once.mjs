import vm from "node:vm";

const { Script, SourceTextModule } = vm;

/** The latest of each CommonJS module: its source, the script that V8 made of it, and how the newest file of tests imports for it. */
const scripts = new Map();

/** The latest of each ES module: its source, and what V8 made of it. */
const modules = new Map();

/**
 * Parses each module once for each worker. Jest loads them anew for each file of tests, 68 for `expect` and its kin alone, and V8
 * keeps nothing of what is compiled for a context.
 */
export function parseOnce() {
  vm.compileFunction = compileFunction;
  vm.SourceTextModule = ParsedModule;
}

/** A script is bound to no context: it keeps all that V8 made of its functions, and running it in a context makes a new function there. */
function compileFunction(source, parameters, { filename, importModuleDynamically, parsingContext }) {
  if (scripts.get(filename)?.source !== source) scripts.set(filename, parse(source, parameters, filename));
  const module = scripts.get(filename);
  module.importModuleDynamically = importModuleDynamically;
  return module.script.runInContext(parsingContext);
}

/** An ES module belongs to its context; what V8 made of its source can be given to the next one. */
class ParsedModule extends SourceTextModule {
  constructor(source, options) {
    const before = modules.get(options.identifier);
    const cachedData = before?.source === source ? before.cachedData : undefined;
    super(source, { ...options, cachedData });
    if (cachedData === undefined) modules.set(options.identifier, { source, cachedData: this.createCachedData() });
  }
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
