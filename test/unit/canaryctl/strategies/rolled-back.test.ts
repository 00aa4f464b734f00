import { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { onlyTheState } from "../../../../canaryctl/src/strategies/rolled-back.ts";

test("a rollback that only the state lacks keeps the way out of what holds the state", () => {
  const held = new UserError("The lock is held.", { place: "a.json", next: "pulumi cancel --yes --stack dev" });
  expect((onlyTheState(held) as UserError).toPlainText().split("\n")).toEqual([
    "The traffic is back on the stable side, but the state does not say so yet. The lock is held.",
    "  at:      a.json",
    "  first:   mend the cause",
    "  next:    npx canaryctl rollback",
    "  or:      pulumi cancel --yes --stack dev",
  ]);
  const busy = new UserError("Busy.", { first: "wait for it to end", next: "npx canaryctl rollback" });
  expect(onlyTheState(busy)).toMatchObject({ first: "wait for it to end", next: "npx canaryctl rollback" });
  const defect = new TypeError("x");
  expect(onlyTheState(defect)).toBe(defect);
});
