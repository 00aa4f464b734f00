import { expect, test } from "@jest/globals";
import { announcement } from "../../../../canaryctl/src/commands/up.ts";

test("up says what it takes and changes, before the first change", () => {
  const plan = {
    reason: "Docker does not answer",
    needs: "root and a minute",
    footprint: ["a link", "a rule"],
  } as const;
  expect(announcement({ ...plan, name: "embedded", advice: "Faster: kind." })).toEqual([
    "Cluster: embedded, because Docker does not answer.",
    "It takes root and a minute.",
    "Faster: kind.",
    "Outside .lab/ it changes, until `npx canaryctl down`:",
    "  - a link",
    "  - a rule",
  ]);
  expect(announcement({ ...plan, name: "existing" })).toContain("Outside .lab/ it changes:");
});
