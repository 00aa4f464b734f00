import { expect, test } from "@jest/globals";
import { renderSeconds } from "../../report/seconds.ts";

const files = [
  { file: "quick.test.ts", milliseconds: 1500, tests: [{ name: "a", milliseconds: 500 }] },
  {
    file: "slow.test.ts",
    milliseconds: 61_000,
    tests: [
      { name: "b", milliseconds: 1000 },
      { name: "c", milliseconds: 59_000 },
    ],
  },
];

test("the slowest file and test come first, and the last rows are sums", () => {
  expect(
    renderSeconds(files, { rows: Number.POSITIVE_INFINITY }),
  ).toBe(`Seconds of each file, and of them outside of its tests:
    61.0      1.0  slow.test.ts
     1.5      1.0  quick.test.ts
    62.5      2.0  all 2 files

Seconds of each test:
    59.0  slow.test.ts › c
     1.0  slow.test.ts › b
     0.5  quick.test.ts › a
    60.5  all 3 tests
`);
});

test("rows that are left out are counted, and are in the sums", () => {
  const table = renderSeconds(files, { rows: 1 });
  expect(table).toContain("… and 1 more");
  expect(table).toContain("… and 2 more");
  expect(table).not.toContain("quick.test.ts");
  expect(table).toContain("    60.5  all 3 tests");
});
