import { describe, expect, test } from "@jest/globals";
import { canonicalJson } from "../../../../components/workload/render-application.ts";
import { appliedValues } from "../../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { platformIsThere } from "../../../../stacks/live/platform-faults.ts";
import { refuseLoss } from "../../../../stacks/live/platform-guard.ts";
import { platformUse } from "../../../../stacks/live/platform-users.ts";
import { notedParts } from "../../../../stacks/noted-parts.ts";
import { neededParts } from "../../../../stacks/platform-parts.ts";
import { sampleConfig, sampleFacts } from "../sample-config.ts";
import { readingClient } from "./fake-client.ts";

const dev = "organization/canary-lab/dev";
const staging = "organization/canary-lab/staging";
const note = (change: Partial<LabConfig>) => canonicalJson(appliedValues({ ...sampleConfig, ...change }));

/** A cluster with dev's application, staging's on dev's platform, one of nobody's, and the objects of `lists`. */
function cluster(needs: Partial<LabConfig>, lists: Readonly<Record<string, readonly object[]>> = {}) {
  const asked: string[] = [];
  const platform = canonicalJson({ ...sampleFacts(), owner: dev });
  const namespaces = [
    { metadata: { name: "canary-lab", annotations: { "canary-lab/stack": dev, "canary-lab/config": note({}) } } },
    {
      metadata: {
        name: "canary-lab-staging",
        annotations: {
          "canary-lab/stack": staging,
          "canary-lab/config": note({ ...needs, platform: "dev" }),
          "canary-lab/platform": platform,
        },
      },
    },
    { metadata: { name: "team-b" } },
  ];
  const client = readingClient(async <T>(path: string) => {
    asked.push(path);
    const items = path === "/api/v1/namespaces" ? namespaces : lists[path.split("/").at(-1) ?? ""];
    return (items && { items }) as T | undefined;
  });
  return { client, asked };
}

describe("who uses a platform", () => {
  test("is the applications whose Namespace says so, with what they need", async () => {
    const { client } = cluster({ monitoring: true, strategy: "rollout-canary" });
    expect(await platformUse(client, dev, [])).toEqual({
      applications: [
        { stack: dev, namespace: "canary-lab" },
        { stack: staging, namespace: "canary-lab-staging" },
      ],
      users: [{ stack: staging, namespace: "canary-lab-staging", needs: ["monitoring", "rollouts"] }],
      objects: [],
    });
    expect((await platformUse(client, "organization/canary-lab/prod", [])).users).toEqual([]);
  });

  test("is also objects of others whose definitions would go, and none of the stacks' own", async () => {
    const routes = ["canary-lab", "canary-lab-staging", "team-b"].map((namespace) => ({
      metadata: { namespace, name: "shop" },
    }));
    const { client } = cluster({}, { httproutes: routes });
    expect((await platformUse(client, dev, ["gateway-api"])).objects).toEqual([
      { part: "gateway-api", name: "HTTPRoute team-b/shop" },
    ]);
  });

  test("what the note of an application says is needed is what its config needs", () => {
    for (const change of [{}, { monitoring: true }, { strategy: "gateway-api" }, { rollouts: "namespace" }] as const)
      expect(notedParts(note(change))).toEqual(neededParts({ ...sampleConfig, ...change }));
    expect(notedParts("{broken")).toEqual([]);
  });
});

describe("an update of the owner", () => {
  const lose = (needs: Partial<LabConfig>, before: Partial<LabConfig>, after: Partial<LabConfig>, lists = {}) => {
    const { client, asked } = cluster(needs, lists);
    const refused = refuseLoss(client, dev, { ...sampleConfig, ...before }, { ...sampleConfig, ...after });
    return { refused, asked };
  };

  test.each<readonly [Partial<LabConfig>, Partial<LabConfig>, Partial<LabConfig>, string]>([
    [{ monitoring: true }, { monitoring: true }, {}, "monitoring true"],
    [{ strategy: "rollout-canary" }, { strategy: "rollout-blue-green" }, {}, "rollouts cluster"],
    [{ strategy: "rollout-canary" }, { rollouts: "cluster" }, { rollouts: "namespace" }, "rollouts cluster"],
    [{ strategy: "gateway-api" }, { strategy: "gateway-api" }, {}, "gatewayApi true"],
  ])("where %j is needed does not go from %j to %j", async (needs, before, after, keep) => {
    await expect(lose(needs, before, after).refused).rejects.toMatchObject({
      message: expect.stringContaining("organization/canary-lab/staging (namespace canary-lab-staging) needs"),
      next: `npx canaryctl config set ${keep} && npx canaryctl up\nnpx canaryctl --stack staging down`,
    });
  });

  test("takes away what nobody needs, and looks for nothing where it takes nothing away", async () => {
    await expect(lose({}, { monitoring: true }, {}).refused).resolves.toBeUndefined();
    const { refused, asked } = lose({ monitoring: true }, {}, { monitoring: true });
    await refused;
    expect(asked).toEqual([]);
  });

  test("leaves definitions while objects of others are there", async () => {
    const lists = { rollouts: [{ metadata: { namespace: "team-b", name: "shop" } }] };
    await expect(lose({}, { strategy: "rollout-canary" }, {}, lists).refused).rejects.toThrow(
      /their definitions would go, and with them Rollout team-b\/shop/,
    );
  });

  test.each(["staging", "acme/canary-lab/staging"])(
    "does not go from own to %s: its own pods stand on its mesh",
    async (platform) => {
      await expect(lose({}, {}, { platform }).refused).rejects.toThrow(/cannot go from own to/);
    },
  );
});

describe("a platform that is there already is refused by name", () => {
  test.each([
    [
      staging,
      /part of the platform of stack organization\/canary-lab\/staging/,
      "npx canaryctl config set platform staging",
    ],
    [
      undefined,
      /no stack of this project made it/,
      "npx canaryctl config set platform existing && npx canaryctl up\nkubectl get all -n monitoring",
    ],
    [dev, /the stack's state does not know it/, "npx canaryctl up"],
  ])("that of %s", (whose, message, next) => {
    expect(platformIsThere("monitoring", whose, dev)).toMatchObject({
      message: expect.stringMatching(message),
      next: expect.stringContaining(next),
    });
  });
});
