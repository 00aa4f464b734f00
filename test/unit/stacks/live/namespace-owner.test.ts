import { describe, expect, test } from "@jest/globals";
import { namespaceFault, namespaceOf, refuseForeignNamespace } from "../../../../stacks/live/namespace-owner.ts";

const claim = { own: { stack: "prod" }, namespace: "canary-lab", place: "Pulumi.prod.yaml" };
const noted = (annotations?: Record<string, string>) => ({ metadata: annotations ? { annotations } : {} });
const owned = (stack: string) => noted({ "canary-lab/stack": stack });

test.each([
  ["staging", "canary-lab-staging"],
  ["PR_12.a", "canary-lab-pr-12-a"],
  ["_", "canary-lab"],
  [`${"x".repeat(48)}_._y`, `canary-lab-${"x".repeat(48)}`],
])("the namespace of stack %s is a DNS label", (stack, namespace) => {
  expect(namespaceOf(stack)).toBe(namespace);
});

describe("namespaceFault", () => {
  test.each([
    ["is not there", undefined, claim],
    ["is the stack's own", owned("organization/canary-lab/prod"), claim],
    [
      "is its own by the full name",
      owned("acme/canary-lab/prod"),
      { ...claim, own: { stack: "prod", organization: "acme" } },
    ],
    ["was made before it said whose it is", noted({ "canary-lab/strategy": "istio" }), claim],
  ])("lets a stack have a namespace that %s", (_, live, claim) => {
    expect(namespaceFault(live, claim)).toBeUndefined();
  });

  test.each([
    ["another stack", "organization/canary-lab/dev", "up --ns canary-lab-prod\nnpx canaryctl --stack dev status"],
    ["another organization", "acme/canary-lab/prod", "up --ns canary-lab-prod\nnpx canaryctl --stack prod status"],
    ["another project", "organization/other/prod", "up --ns canary-lab-prod"],
  ])("refuses that of %s, with the ways out", (_, owner, next) => {
    const fault = namespaceFault(owned(owner), { ...claim, own: { stack: "prod", organization: "organization" } });
    expect(fault).toMatchObject({ message: expect.stringContaining(owner), next: `npx canaryctl ${next}` });
  });

  test.each([[noted()], [noted({ "team.example/owner": "others" })]])("refuses one of nobody: %j", (live) => {
    expect(namespaceFault(live, claim)?.message).toMatch(/no stack of this project/);
  });

  test("prints the way back for one whose note was lost, and none to take another's for a stack that is new", () => {
    const own = { stack: "prod", organization: "acme" };
    expect(namespaceFault(noted(), { ...claim, own })?.next).toMatch(
      /\nkubectl annotate namespace canary-lab canary-lab\/stack=acme\/canary-lab\/prod && npx canaryctl up$/,
    );
    expect(namespaceFault(noted(), { ...claim, own, isNew: true })?.next).not.toMatch(/annotate/);
  });

  test("names a namespace that a new stack can have, whatever its name is", () => {
    const own = { stack: "Pull_Request.7" };
    expect(namespaceFault(noted(), { ...claim, own, isNew: true })?.next).toMatch(
      /^npx canaryctl up --create --ns canary-lab-pull-request-7\n/,
    );
  });
});

test("refuseForeignNamespace asks for the namespace that the config names", async () => {
  const asked: string[] = [];
  const get = async <T>(path: string): Promise<T> => {
    asked.push(path);
    return owned("organization/canary-lab/dev") as T;
  };
  await expect(refuseForeignNamespace({ get }, claim)).rejects.toThrow("belongs to stack organization/canary-lab/dev");
  expect(asked).toEqual(["/api/v1/namespaces/canary-lab"]);
});
