import { expect, test } from "@jest/globals";
import { announcement } from "../../../../canaryctl/src/commands/announcement.ts";
import { noPlatformYet } from "../../../../canaryctl/src/commands/choose-and-tell.ts";
import { otherTarget, targetRequest, unfinishedTarget } from "../../../../canaryctl/src/target-request.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";

test("up says what it takes and changes, before the first change", () => {
  const plan = {
    reason: "Docker does not answer",
    isThere: false,
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
  // The first `up` said it, and this stack's `down` would not undo it.
  expect(announcement({ ...plan, name: "embedded", isThere: true })).toEqual([
    "Cluster: embedded, because Docker does not answer.",
  ]);
});

test.each([
  ["a stack of the user's own cluster beside the lab's", "existing", undefined, "embedded", undefined],
  ["a second stack in the lab's cluster", "embedded", undefined, "embedded", undefined],
  ["a stack that is in the lab's cluster, and would be elsewhere", "existing", "embedded", "embedded", "embedded"],
  ["a stack that is elsewhere, and would be in the lab's cluster", "embedded", "existing", undefined, "existing"],
  ["a second kind of cluster that the lab would make", "kind", undefined, "embedded", "embedded"],
  ["the first one", "kind", undefined, undefined, undefined],
] as const)("%s: what is in the way", (_case, wanted, recorded, own, inTheWay) => {
  expect(otherTarget(wanted, recorded, own)).toBe(inTheWay);
});

test.each([
  ["another kind of cluster would be made", "kind", undefined, "embedded", "embedded"],
  ["the same is made again", "kind", undefined, "kind", undefined],
  ["it ended", "embedded", "embedded", "embedded", undefined],
  ["the stack is in a cluster of the user's own", "existing", undefined, "kind", undefined],
] as const)("an up that did not end, and %s: what is taken away before", (_case, wanted, own, noted, inTheWay) => {
  expect(unfinishedTarget(wanted, own, noted)).toBe(inTheWay);
});

test("a platform of somebody else cannot be in a cluster that the lab is still to make", () => {
  expect(noPlatformYet("existing", "Pulumi.prod.yaml")).toMatchObject({
    message: "The cluster is not there yet, so that there is no platform in it.",
    next: "npx canaryctl config set platform own && npx canaryctl up",
  });
  expect(noPlatformYet("dev", "Pulumi.prod.yaml").next).toBe("npx canaryctl --stack dev up");
});

test("the gateway's port is asked of a cluster by the stack that installs the gateway, and by no other", () => {
  const request = (config: Readonly<Record<string, unknown>>) => targetRequest(parseConfig(config));
  expect(request({ gatewayNodePort: 30085 })).toMatchObject({
    gatewayNodePort: 30085,
  });
  expect(request({ platform: "dev" })).not.toHaveProperty("gatewayNodePort");
});

test("what is added outside of the namespaces of a stack's services is named, and what they share is named once", () => {
  const values = {
    platform: "dev",
    accounts: true,
    policy: { mode: "warn" },
    isolation: { mode: "enforce", priority: 5 },
  };
  const service = parseConfig({ ...values, app: "orders", namespace: "canary-lab-orders" });
  expect(targetRequest(parseConfig(values), undefined, [service]).changes).toEqual([
    "namespace canary-lab, with what is in it",
    "a priority class for pods of namespace canary-lab",
    "namespace canary-lab-orders of service orders, with what is in it",
    "a priority class for pods of namespace canary-lab-orders",
    "rights of the application's accounts in the whole cluster, kube-public, istio-ingress",
    "admission policies for namespace canary-lab alone",
    "admission policies for namespace canary-lab-orders alone",
    expect.stringMatching(/^where it names no registry for images/),
  ]);
});
