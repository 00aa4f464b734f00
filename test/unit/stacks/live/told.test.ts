import { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { inApplication } from "../../../../stacks/application-scope.ts";
import { toldOfStack } from "../../../../stacks/live/told.ts";
import { register } from "../../components/mocks.ts";

test("what keeps a service from being made says which one it is, with commands about it", async () => {
  const error = new UserError("Pods of v2 cannot start: no such image.", { next: "npx canaryctl rollback" });
  const told: string[] = [];
  await register(async () => {
    for (const service of [undefined, "orders"]) told.push(inApplication(service, () => toldOfStack(error)));
  });
  expect(told).toEqual([
    expect.stringMatching(/^Pods of v2 cannot start: no such image\.\n +next: +npx canaryctl (--stack \S+ )?rollback$/),
    expect.stringMatching(
      /^Service orders: Pods of v2 cannot start: no such image\.\n +next: +npx canaryctl (--stack \S+ )?--app orders rollback$/,
    ),
  ]);
});
