import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { expect, jest, test } from "@jest/globals";
import { EngineBusyError } from "../../../canaryctl/src/engine/engine-failure.ts";
import { reportFailure } from "../../../canaryctl/src/report-failure.ts";
import { UsageError } from "../../../canaryctl/src/usage-error.ts";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

const sources = globSync(["canaryctl/src/**/*.ts", "stacks/**/*.ts", "cluster/**/*.ts", "packages/*/src/**/*.ts"], {
  cwd: repositoryRoot,
}).map((file) => readFileSync(join(repositoryRoot, file), "utf8"));

test("each kind of error has a page, and each page a kind", () => {
  const classes = sources.flatMap((text) => [
    ...text.matchAll(/class (\w+) extends UserError \{\s*(?:override readonly kind = "([\w-]+)";)?/g),
  ]);
  expect(classes.length).toBeGreaterThan(10);
  expect(classes.filter(([, , kind]) => kind === undefined).map(([, name]) => name)).toEqual([]);
  const pages = globSync("docs/errors/*.md", { cwd: repositoryRoot }).map((file) => basename(file, ".md"));
  const kinds = new Set(classes.map(([, , kind = ""]) => kind));
  expect(pages.filter((page) => page !== "index").toSorted()).toEqual([...kinds].toSorted());
});

test.each([
  [
    new UsageError("No.", { next: "npx canaryctl status" }),
    2,
    "error: No.\n  next:    npx canaryctl status\n  more:    docs/errors/usage.md",
  ],
  [
    new EngineBusyError("No.", { next: "pulumi cancel" }),
    1,
    /\n {2}next: .*pulumi cancel.*\n {2}more: {4}docs\/errors\/busy.md$/,
  ],
  [new UserError("No.", { next: "npx canaryctl up" }), 1, "error: No.\n  next:    npx canaryctl up"],
])("an error names the page of its kind last: %s", (error, code, text) => {
  const print = jest.spyOn(console, "error").mockImplementation(() => {});
  try {
    expect(reportFailure(error)).toBe(code);
    const [[printed = ""] = []] = print.mock.calls;
    if (typeof text === "string") expect(printed).toBe(text);
    else expect(printed).toMatch(text);
  } finally {
    print.mockRestore();
  }
});
