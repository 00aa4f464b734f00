import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { makeStackFile } from "../../../../canaryctl/src/stack/new-stack.ts";
import { leaveFile } from "../../../../canaryctl/src/stack/short-lived.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { projectFolder } from "../fake-lab.ts";

const dev = 'config:\n  canary-lab:canaryWeight: "40"\n  canary-lab:rollouts: cluster\n';
const uses = [{ stack: "prod", namespace: "canary-lab-qa", source: "Pulumi.prod.yaml" }];

function project(text = dev) {
  const folder = projectFolder(text);
  const make = (stack: string, options = {}) =>
    makeStackFile(new StackFile(stack, folder), {
      from: new StackFile("dev", folder),
      isShortLived: false,
      environment: undefined,
      uses,
      ...options,
    });
  return { folder, make };
}

test("the new stack stands on the platform of the owner, or on that of which the other stands", async () => {
  const { folder, make } = project();
  expect(await make("Team_A")).toEqual({ namespace: "canary-lab-team-a", platform: "dev", notes: [] });
  const from = new StackFile("Team_A", folder);
  expect(from.values()).toMatchObject({ namespace: "canary-lab-team-a", platform: "dev", rollouts: "auto" });
  expect(await make("third", { from })).toMatchObject({ platform: "dev" });
});

test.each([
  [
    "qa",
    {},
    /canary-lab-qa belongs to stack prod, by Pulumi.prod.yaml/,
    "npx canaryctl stack new qa --from dev --namespace canary-lab-qa-2",
  ],
  [
    "qa",
    { isShortLived: true },
    /canary-lab-qa belongs to stack prod/,
    "npx canaryctl --stack qa up --create --from dev --ns canary-lab-qa-2",
  ],
  ["own", {}, /word of the key platform/, "npx canaryctl stack list"],
  ["b", { namespace: "kube-system" }, /namespace is "kube-system"/, "npx canaryctl stack new b --from dev"],
  ["b", { namespace: "No" }, /namespace is "No"/, "npx canaryctl stack new b --from dev"],
])("%s with %j is refused, and nothing is written", async (stack, options, message, next) => {
  const { folder, make } = project();
  await expect(make(stack, options)).rejects.toMatchObject({ message: expect.stringMatching(message), next });
  expect(readdirSync(folder).toSorted()).toEqual(["Pulumi.dev.yaml", "Pulumi.yaml"]);
});

test("what is wrong in the other file is told as such", async () => {
  const { make } = project("config:\n  canary-lab:replicas: 0\n");
  const next = "npx canaryctl --stack dev preview";
  await expect(make("qa2")).rejects.toMatchObject({ message: expect.stringMatching(/replicas is/), next });
});

test("a file that somebody has made meanwhile stays as it is", async () => {
  const { folder, make } = project();
  const file = new StackFile("mine", folder);
  writeFileSync(file.path, "config: {}\n");
  await expect(make("mine")).rejects.toThrow(/There is a stack mine already/);
  expect(readFileSync(file.path, "utf8")).toBe("config: {}\n");
});

test("the file of a removed stack stays, but for one that was made for as long as the stack is up", async () => {
  const { folder, make } = project();
  await make("pr-12", { isShortLived: true });
  await make("kept");
  for (const stack of ["pr-12", "kept", "never-made"]) leaveFile(new StackFile(stack, folder));
  expect(existsSync(new StackFile("pr-12", folder).path)).toBe(false);
  expect(existsSync(new StackFile("kept", folder).path)).toBe(true);
});
