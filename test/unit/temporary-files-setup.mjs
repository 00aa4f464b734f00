import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives the tests a folder of their own for temporary files, which goes with them: they make thousands. */
export default function setup() {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), "unit-"));
}
