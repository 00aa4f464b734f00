import { expect, test } from "@jest/globals";
import { engineRecipe } from "../src/engine-recipe.ts";

test("the engine's release is pinned for both processors, in the version that is asked for", () => {
  for (const { sha256 } of engineRecipe.releases) {
    expect(Object.keys(sha256).sort()).toEqual(["arm64", "x64"]);
    for (const hash of Object.values(sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});
