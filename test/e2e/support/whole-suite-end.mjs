/** Puts the stack's config back as it was before the suite. */
export default function teardown() {
  globalThis.restoreStackConfig?.();
}
