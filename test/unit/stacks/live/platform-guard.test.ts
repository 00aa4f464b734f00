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
import { definitions, gatewayKinds, rolloutKinds } from "./cluster-definitions.ts";
import { readingClient } from "./fake-client.ts";

const dev = "organization/canary-lab/dev";
const staging = "organization/canary-lab/staging";
const note = (change: Partial<LabConfig>) => canonicalJson(appliedValues({ ...sampleConfig, ...change }));

/** The Namespace of dev's application, as an update with this config noted it. */
const ofDev = (applied: Partial<LabConfig>, config = note(applied)) => ({
  metadata: { name: "canary-lab", annotations: { "canary-lab/stack": dev, "canary-lab/config": config } },
});

/**
 * A cluster with dev's application as `here` says, staging's on dev's platform, one of nobody's, all definitions, and the objects of
 * `lists`.
 */
function cluster(
  needs: Partial<LabConfig>,
  lists: Readonly<Record<string, readonly object[]>> = {},
  here: object | null = ofDev({}),
) {
  const asked: string[] = [];
  const platform = canonicalJson({ ...sampleFacts(), owner: dev });
  const namespaces = [
    ...(here ? [here] : []),
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
    const all: typeof lists = { namespaces, customresourcedefinitions: definitions, ...lists };
    const items = all[path.split("/").at(-1) ?? ""];
    return (items && { items }) as T | undefined;
  });
  return { client, asked };
}

describe("who uses a platform", () => {
  test("is the applications whose Namespace says so, with what they need", async () => {
    const { client } = cluster({ monitoring: true, strategy: "rollout-canary" });
    expect(await platformUse(client, dev, [])).toEqual({
      applications: [
        { stack: dev, namespace: "canary-lab", parts: expect.objectContaining({ platform: "own", monitoring: false }) },
        {
          stack: staging,
          namespace: "canary-lab-staging",
          parts: expect.objectContaining({ platform: "dev", monitoring: true }),
        },
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

  test.each([
    ["gateway-api", gatewayKinds],
    ["rollouts", rolloutKinds],
  ] as const)("is asked of every kind that goes with %s, and of none that stays", async (part, kinds) => {
    const lists = Object.fromEntries(
      [...Object.keys({ ...gatewayKinds, ...rolloutKinds }), "tcproutes", "applications", "podmonitors"].map(
        (plural) => [plural, [{ metadata: { name: "one" } }]],
      ),
    );
    const { client, asked } = cluster({}, lists);
    const { objects } = await platformUse(client, dev, [part]);
    expect(objects).toEqual(Object.values(kinds).map((kind) => ({ part, name: `${kind} one` })));
    expect(asked).not.toContainEqual(expect.stringContaining("v1alpha0"));
  });

  test("is not the classes that Istio makes by itself", async () => {
    const ofController = (name: string, controllerName: string) => ({ metadata: { name }, spec: { controllerName } });
    const gatewayclasses = [
      ofController("istio", "istio.io/gateway-controller"),
      ofController("istio-remote", "istio.io/unmanaged-gateway"),
      ofController("theirs", "example.com/gateway-controller"),
    ];
    const { client } = cluster({}, { gatewayclasses });
    expect((await platformUse(client, dev, ["gateway-api"])).objects).toEqual([
      { part: "gateway-api", name: "GatewayClass theirs" },
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
    const here = ofDev(before);
    const { client, asked } = cluster(needs, lists, here);
    return { refused: refuseLoss(client, dev, here, { ...sampleConfig, ...after }), asked };
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

  test.each<readonly [string, Partial<LabConfig>, ReturnType<typeof ofDev> | null]>([
    ["is made anew under another name", { namespace: "other" }, ofDev({ monitoring: true })],
    ["is made anew after somebody deleted it", {}, null],
    ["has lost its note", {}, ofDev({}, "{}")],
  ])("does not lose what is needed where its own namespace %s", async (_, after, there) => {
    const { client } = cluster({ monitoring: true }, {}, there);
    const here = after.namespace ? undefined : (there ?? undefined);
    await expect(refuseLoss(client, dev, here, { ...sampleConfig, ...after })).rejects.toMatchObject({
      message: expect.stringContaining("staging (namespace canary-lab-staging) needs monitoring"),
      next: expect.stringContaining("config set monitoring true"),
    });
    await expect(
      refuseLoss(client, dev, here, { ...sampleConfig, ...after, monitoring: true }),
    ).resolves.toBeUndefined();
  });

  test("leaves definitions while objects of others are there, also where its namespace changes at once", async () => {
    const referencegrants = [{ metadata: { namespace: "team-b", name: "shop" } }];
    const { client } = cluster({}, { referencegrants }, ofDev({ strategy: "gateway-api" }));
    await expect(refuseLoss(client, dev, undefined, sampleConfig)).rejects.toThrow(
      /their definitions would go, and with them ReferenceGrant team-b\/shop/,
    );
  });

  test("takes away what nobody needs, and looks for nothing where it takes nothing away", async () => {
    await expect(lose({}, { monitoring: true }, {}).refused).resolves.toBeUndefined();
    const { refused, asked } = lose({ monitoring: true }, {}, { monitoring: true });
    await refused;
    expect(asked).toEqual([]);
  });

  test("reads the namespaces once where the stack has none yet", async () => {
    const { client, asked } = cluster({}, {}, null);
    await refuseLoss(client, dev, undefined, sampleConfig);
    expect(asked.filter((path) => path === "/api/v1/namespaces")).toHaveLength(1);
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
