import { rmSync } from "node:fs";

/** Puts the stack's config back as it was before the suite, and forgets what the machine was like. */
export default function teardown() {
  globalThis.restoreStackConfig?.();
  if (process.env.MACHINE_BEFORE) rmSync(process.env.MACHINE_BEFORE, { force: true });
}
