// The SDK has ts-node read a pack that is TypeScript, which knows no imports of .ts files. What this file imports, Node reads.
import "./pack.ts";
