import { describe, expect, test } from "@jest/globals";
import { planAlone, planDown, type Standing } from "../../../../canaryctl/src/commands/plan-down.ts";
import type { PlatformUse } from "../../../../stacks/live/platform-users.ts";

const application = (name: string) => ({
  stack: `organization/canary-lab/${name}`,
  namespace: `canary-lab-${name}`,
});
/** dev has installed the platform; `users` stand on it, and `applications` are in the cluster beside that. */
const onDev = (users: readonly string[], more: Partial<PlatformUse> = {}): Standing => ({
  owners: ["dev"],
  known: ["dev", "staging", "prod", "qa"],
  uses: [
    {
      applications: [...users, "dev"].map(application),
      users: users.map((name) => ({ ...application(name), needs: [] })),
      objects: [],
      ...more,
    },
  ],
});
const existing = { target: "existing", kubeContext: "lab", stacks: ["dev", "staging", "prod"] } as const;
const embedded = { ...existing, target: "embedded" } as const;

describe("down of a stack that is not in the cluster", () => {
  test.each([existing, embedded])("is refused, with those that are: %j", (there) => {
    const refused = () => planDown(there, "qa", false);
    expect(refused).toThrow(/Stack qa is not in the cluster/);
    expect(refused).toThrow(
      expect.objectContaining({
        allowed: "dev, staging, prod",
        next: expect.stringMatching(/^npx canaryctl --stack dev down\nnpx canaryctl --stack staging down\n/),
      }),
    );
  });
});

describe("down of a stack on another's platform", () => {
  test.each([existing, embedded, { ...embedded, target: "kind" } as const])(
    "takes that stack alone and leaves the cluster: %j",
    (there) => {
      const plan = planDown(there, "staging", false, onDev([]));
      expect(plan).toEqual({ going: ["staging"], staying: ["dev", "prod"], withCluster: false });
    },
  );

  test("leaves a cluster that the lab made, where the others in it came by plain pulumi", () => {
    const plan = planDown({ ...embedded, stacks: ["staging"] }, "staging", false, { ...onDev([]), owners: [] });
    expect(plan).toEqual({ going: ["staging"], staying: [], withCluster: false });
  });
});

describe("down of the stack that installed the platform", () => {
  test.each([existing, embedded])("is refused while others stand on it, with the commands: %j", (there) => {
    const refused = () => planDown(there, "dev", false, onDev(["staging", "prod"]));
    expect(refused).toThrow(/staging \(namespace canary-lab-staging\), prod \(namespace canary-lab-prod\)/);
    expect(refused).toThrow(
      expect.objectContaining({
        next: [
          "npx canaryctl --stack staging down && npx canaryctl --stack prod down && npx canaryctl --stack dev down",
          "npx canaryctl down --all",
        ].join("\n"),
      }),
    );
  });

  test.each([
    { ...existing, stacks: ["dev"] },
    { ...embedded, stacks: ["dev"] },
  ])("also while a stack stands on it that this checkout never put up: %j", (there) => {
    const refused = () => planDown(there, "dev", false, onDev(["staging", "pr-7"]));
    expect(refused).toThrow(/canary-lab-staging.*canary-lab-pr-7/);
    // No command is about pr-7 here, and in a cluster of the user's own --all would take away no more than this.
    const look = "kubectl describe namespace canary-lab-staging canary-lab-pr-7";
    const next = there.target === "existing" ? look : `${look}\nnpx canaryctl down --all`;
    expect(refused).toThrow(expect.objectContaining({ next }));
  });

  test("takes the cluster along that the lab made, and leaves one of the user's own", () => {
    const alone = { going: ["dev"], staying: [] };
    expect(planDown({ ...embedded, stacks: ["dev"] }, "dev", false, onDev([]))).toEqual({
      ...alone,
      withCluster: true,
    });
    expect(planDown({ ...existing, stacks: ["dev"] }, "dev", false, onDev([]))).toEqual({
      ...alone,
      withCluster: false,
    });
  });

  test("in a user's own cluster is refused while definitions would go that others use", () => {
    const objects = [{ part: "gateway-api", name: "HTTPRoute team-b/shop" }] as const;
    const there = { ...existing, stacks: ["dev"] };
    expect(() => planDown(there, "dev", false, onDev([], { objects }))).toThrow(/HTTPRoute team-b\/shop/);
  });

  test("leaves another stack of the user's own cluster where it does not stand on it", () => {
    const plan = planDown({ ...existing, stacks: ["dev", "other"] }, "dev", false, onDev([]));
    expect(plan).toEqual({ going: ["dev"], staying: ["other"], withCluster: false });
  });
});

describe("down --all", () => {
  test("takes the owner of the platform last", () => {
    expect(planDown(existing, "dev", true, onDev(["staging", "prod"]))).toMatchObject({
      going: ["staging", "prod", "dev"],
      withCluster: false,
    });
  });

  test("is refused in a user's own cluster while a stack of others stands on the platform", () => {
    expect(() => planDown(existing, "dev", true, onDev(["staging", "pr-7"]))).toThrow(/canary-lab-pr-7/);
  });

  test("takes a cluster that the lab made with all that is in it", () => {
    expect(planDown(embedded, "dev", true, onDev(["pr-7"]))).toMatchObject({ withCluster: true });
  });
});

describe("down after an `up` that did not get as far as a stack", () => {
  test("takes what that made", () => {
    const nothing = { going: [], staying: [], withCluster: true };
    expect(planAlone([], "dev", { all: false, withCluster: true })).toEqual(nothing);
    expect(planDown({ ...embedded, stacks: [] }, "dev", false)).toEqual(nothing);
  });

  test("is refused where stacks are in the cluster that this checkout does not know", () => {
    expect(() => planDown({ ...embedded, stacks: [] }, "qa", false, { ...onDev(["pr-7"]), owners: [] })).toThrow(
      /pr-7/,
    );
  });
});
