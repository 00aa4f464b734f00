import * as fc from "fast-check";

/** What the unit "binary" has, too; of that fast-check makes a table of a million entries first, which takes two seconds. */
export const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));
