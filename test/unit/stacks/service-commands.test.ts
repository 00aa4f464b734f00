import { expect, test } from "@jest/globals";
import { withService } from "../../../stacks/service-commands.ts";

test("a printed command about a service names it, and one about the stack does not", () => {
  const text = "next: npx canaryctl rollback && npx canaryctl config set canaryWeight 0 && npx canaryctl up";
  expect(withService(text, "orders")).toBe(
    "next: npx canaryctl --app orders rollback && npx canaryctl --app orders config set canaryWeight 0 && npx canaryctl up",
  );
  for (const command of ["config set platform own", "--stack prod status", "stack list", "down", "env"])
    expect(withService(`npx canaryctl ${command}`, "orders")).toBe(`npx canaryctl ${command}`);
  expect(withService(text, undefined)).toBe(text);
});
