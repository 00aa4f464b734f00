import { describe, expect, test } from "@jest/globals";
import { showLines, table } from "../../../canaryctl/src/print.ts";

describe("showLines", () => {
  const run = (...lines: readonly string[]) => {
    const said: string[] = [];
    const notes: string[] = [];
    const show = showLines(
      (line) => said.push(line),
      (detail) => notes.push(detail),
    );
    for (const line of lines) show(line);
    return { said, notes };
  };

  test("shows what has ended, once, and notes what goes on", () => {
    expect(
      run(
        " +  kubernetes:core/v1:Service echo creating (0s) ",
        " +  docker:index:Image v1 creating (1s)  ---> Running in 23f8",
        " +  kubernetes:core/v1:Service echo created (21s) Finding Pods to direct traffic to",
        " +  kubernetes:core/v1:Service echo created (21s) ",
      ),
    ).toEqual({
      said: ["  │  +  kubernetes:core/v1:Service echo created (21s)"],
      notes: ["kubernetes:core/v1:Service echo creating", "docker:index:Image v1 creating ---> Running in 23f8"],
    });
  });

  test("names the first ten resources, leaves the count to the engine, and leaves the time to whoever measures it", () => {
    const created = Array.from({ length: 12 }, (_, i) => ` +  kubernetes:core/v1:Service echo-${i} created (1s) `);
    const { said } = run(...created, "Resources:", "    + 12 created", "Duration: 2m24s");
    expect(said.slice(9)).toEqual([
      "  │  +  kubernetes:core/v1:Service echo-9 created (1s)",
      "  │ …",
      "  │ Resources:",
      "  │     + 12 created",
    ]);
  });

  test("keeps failures and diagnostics whole, also lines that repeat", () => {
    const lines = [
      " +  a:b:C x **creating failed** 1 error",
      "Diagnostics:",
      "    error: quota exceeded",
      "    error: quota exceeded",
    ];
    expect(run(...lines).said).toEqual(lines.map((line) => `  │ ${line}`));
  });
});

test("a table's columns are as wide as they must be, and its lines have no trailing blanks", () => {
  expect(
    table([
      ["a", "bb", ""],
      ["ccc", "d", "e"],
    ]),
  ).toEqual(["  a    bb", "  ccc  d   e"]);
});
