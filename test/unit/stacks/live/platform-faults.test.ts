import { expect, test } from "@jest/globals";
import { lossFault } from "../../../../stacks/live/platform-faults.ts";

const use = (...needs: Parameters<typeof lossFault>[0]["users"][number]["needs"]) => ({
  applications: [],
  users: [{ stack: "organization/canary-lab/staging", namespace: "canary-lab-staging", needs }],
  objects: [],
});

test("whose namespace takes restricted pods alone loses its pods with the CNI agent, and can do without by its own config", () => {
  expect(lossFault(use("istio-cni"), ["istio-cni"])).toMatchObject({
    message: expect.stringContaining(
      "stack organization/canary-lab/staging (namespace canary-lab-staging) needs istio-cni",
    ),
    next: [
      "npx canaryctl config set istioCni true && npx canaryctl up",
      `npx canaryctl --stack staging config set isolation '{"mode": "off"}' && npx canaryctl --stack staging up`,
    ].join("\n"),
  });
});

test("who stands on another part as well is to go first, and who needs none of them is no obstacle", () => {
  expect(lossFault(use("istio-cni", "monitoring"), ["istio-cni", "monitoring"])?.next).toContain(
    "npx canaryctl --stack staging down",
  );
  expect(lossFault(use("istio-cni"), ["monitoring"])).toBeUndefined();
});
