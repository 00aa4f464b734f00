import { expect, test } from "@jest/globals";
import { announcement, noPlatformYet } from "../../../../canaryctl/src/commands/up.ts";

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

test("a platform of somebody else cannot be in a cluster that the lab is still to make", () => {
  expect(noPlatformYet("existing", "Pulumi.prod.yaml")).toMatchObject({
    message: "The cluster is not there yet, so that there is no platform in it.",
    next: "npx canaryctl config set platform own && npx canaryctl up",
  });
  expect(noPlatformYet("dev", "Pulumi.prod.yaml").next).toBe("npx canaryctl --stack dev up");
});
