import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { isShortLived, newStackText } from "../../../../canaryctl/src/stack/stack-text.ts";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";

const qa = { namespace: "canary-lab-qa", platform: "dev", isShortLived: false, hasSecrets: false };

test("a new file keeps comments, order and the keys of the other one, and has its own namespace", () => {
  const prod = readFileSync(join(repositoryRoot, "Pulumi.prod.yaml"), "utf8");
  expect(newStackText(prod, qa)).toBe(prod.replace("canary-lab-prod", "canary-lab-qa"));
});

test("what only the owner of a platform reads is left out, and so is a release of the other stack", () => {
  const owner = `# ours
config:
  # The share.
  canary-lab:canaryWeight: "40"
  istiodReplicas: "2" # spare
  canary-lab:gatewayNodePort: "30081"
  canary-lab:rollouts: cluster
  canary-lab:previousImage: versioned-echo:v0
  services: { orders: { namespace: orders } }
  canary-lab:plan:
    weights: [10, 50] # slowly
  aws:region: eu
encryptionsalt: v1:abc
`;
  expect(newStackText(owner, qa)).toBe(`# yaml-language-server: $schema=stacks/config/stack-file.schema.json
# ours
config:
  # The share.
  canary-lab:canaryWeight: "0"
  canary-lab:plan:
    weights: [ 10, 50 ] # slowly
  aws:region: eu
  canary-lab:namespace: canary-lab-qa
  canary-lab:platform: dev
`);
  expect(newStackText(owner, { ...qa, hasSecrets: true })).toContain("encryptionsalt: v1:abc");
});

test("a file without keys, or without anything, makes one with those that are the new stack's own", () => {
  for (const text of ["", "config: {}\n", "config:\n"])
    expect(newStackText(text, qa)).toContain("canary-lab:namespace: canary-lab-qa");
});

test("only a file that was made to be short-lived says so, and what is made from it does not", () => {
  const shortLived = newStackText("config: {}\n", { ...qa, isShortLived: true });
  expect(isShortLived(shortLived)).toBe(true);
  expect(shortLived.split("\n")[0]).toMatch(/^# yaml-language-server/);
  expect(isShortLived(newStackText(shortLived, qa))).toBe(false);
  for (const stack of ["dev", "staging", "prod"])
    expect(isShortLived(readFileSync(join(repositoryRoot, `Pulumi.${stack}.yaml`), "utf8"))).toBe(false);
});
