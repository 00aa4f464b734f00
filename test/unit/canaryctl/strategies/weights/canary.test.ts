import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../../canaryctl/src/engine/engine-failure.ts";
import { RefusedError } from "../../../../../canaryctl/src/engine/program-errors.ts";
import { createCanary, deleteCanary } from "../../../../../canaryctl/src/strategies/weights/canary.ts";
import { weighted } from "../../../../../canaryctl/src/strategies/weights/weighted.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../../canaryctl/src/traffic/pod-share.ts";
import { configAnnotation, stackAnnotation } from "../../../../../components/workload/render-application.ts";
import { type FakeOptions, fakeLab } from "../../fake-lab.ts";

const quiet = () => {};

describe("createCanary", () => {
  test("writes image and replicas, and no weight", async () => {
    const { lab, log, file } = fakeLab({
      configWeight: 0,
      changes: { canaryEnabled: true, canaryImage: "versioned-echo:v3", canaryReplicas: 1 },
    });
    await createCanary(lab, istioRoute, quiet);
    expect(log).toEqual(["update"]);
    expect(file()).toBe(`config:
  canary-lab:canaryWeight: "0"
  canary-lab:canaryEnabled: "true"
  canary-lab:canaryImage: versioned-echo:v3
  canary-lab:canaryReplicas: "1"
`);
  });

  test("tells the share that it has, where pods make it the one that they can", async () => {
    const changes = { strategy: "replica-ratio", replicas: 3 };
    const { lab } = fakeLab({ configWeight: 30, changes });
    expect(await createCanary(lab, podShare, quiet)).toMatch(/versioned-echo:v2, 33.3 % of the traffic/);
    expect(await createCanary(lab, { hasIdlePods: true }, quiet)).toMatch(/v2, 2 pods, for the header/);
    const none = fakeLab({ configWeight: 0, changes });
    expect(await createCanary(none.lab, podShare, quiet)).toMatch(
      /is there: versioned-echo:v2. It runs with its first/,
    );
  });

  test.each([
    [undefined, "no Deployment", /^npx canaryctl up$/],
    [0, "0 of 2 pods ready", /^npx canaryctl faults canary --none\nkubectl /],
    [1, "1 of 2 pods ready", /^npx canaryctl faults canary --none\nkubectl /],
  ])(
    "does not say that it runs where %p of its pods are ready, whatever the engine remembers",
    async (canaryReady, found, next) => {
      const { lab } = fakeLab({ configWeight: 0, canaryReady });
      await expect(createCanary(lab, istioRoute, quiet)).rejects.toMatchObject({
        message: expect.stringContaining(`The canary has ${found}, though the config has one`),
        next: expect.stringMatching(next),
      });
    },
  );

  test("leaves the file as it was where another update is in the way", async () => {
    const busy = () => Promise.reject(new EngineBusyError("Another update is running."));
    const { lab, file } = fakeLab({ changes: { canaryReplicas: 1 }, update: busy });
    const before = file();
    await expect(createCanary(lab, istioRoute, quiet)).rejects.toBeInstanceOf(EngineBusyError);
    expect(file()).toBe(before);
  });

  const refused = () => new RefusedError("The image has no signature.", { next: "npx canaryctl up" });
  const other = () => new UserError("The engine was killed.", {});
  test.each([
    ["puts the file back where the program refuses with the application as it was", "false", "false", refused, false],
    ["keeps in the file what was asked for where the update has begun to change it", "false", "true", refused, true],
    ["keeps it where an earlier run has, which says nothing of how far this one came", "true", "true", refused, true],
    ["keeps it where the update ended otherwise: up goes on from there", "false", "false", other, true],
  ])("%s", async (_, noted, after, failure, isKept) => {
    const path = "/api/v1/namespaces/canary-lab";
    const namespace = (canaryEnabled: string) => ({
      metadata: {
        annotations: {
          [stackAnnotation]: "organization/canary-lab/dev",
          [configAnnotation]: JSON.stringify({ canaryEnabled, canaryImage: "versioned-echo:v2", canaryReplicas: "2" }),
        },
      },
    });
    const objects: Record<string, unknown> = { [path]: namespace(noted) };
    const update = () => {
      objects[path] = namespace(after);
      return Promise.reject(failure());
    };
    const { lab, file } = fakeLab({ configWeight: 0, changes: { canaryReplicas: 2 }, objects, update });
    const before = file();
    await expect(createCanary(lab, istioRoute, quiet)).rejects.toThrow(failure().message);
    if (isKept) expect(file()).toContain('canary-lab:canaryEnabled: "true"');
    else expect(file()).toBe(before);
  });
});

describe("create-canary while a canary has traffic", () => {
  const create = (canaryImage: string, options: FakeOptions) => {
    const fake = fakeLab({ ...options, changes: { canaryImage, canaryReplicas: 4 } });
    return { ...fake, created: weighted(istioRoute).createCanary(fake.lab, quiet) };
  };

  test.each([
    ["the live route", { configWeight: 50 }],
    ["the live route", { configWeight: 0, liveWeight: 50 }],
    ["canaryWeight in Pulumi.dev.yaml", { configWeight: 50, liveWeight: 0 }],
  ])("is refused for another image, which would have the share of %s untested", async (place, options) => {
    const { log, file, created } = create("versioned-echo:v3", options);
    await expect(created).rejects.toThrow(/50 % of the traffic, which versioned-echo:v3 would get untested/);
    await expect(created).rejects.toMatchObject({
      place,
      next: "npx canaryctl rollback && npx canaryctl create-canary --image versioned-echo:v3",
    });
    expect(log).toEqual([]);
    expect(file()).not.toContain("v3");
  });

  test("is not named as the next canary where nobody knows whether it is there", async () => {
    const { created } = create("nosuch:v9", { configWeight: 10 });
    await expect(created).rejects.toMatchObject({
      first: "make sure that the cluster can pull nosuch:v9",
      next: "npx canaryctl rollback",
    });
  });

  test("may be finished first where it has everything: a rollback would take all users back", async () => {
    const { created } = create("versioned-echo:v3", { configWeight: 100 });
    await expect(created).rejects.toMatchObject({ next: expect.stringMatching(/^npx canaryctl promote --full && /) });
  });

  test("reads the route once for all that it has to know of it", async () => {
    const fake = fakeLab({ configWeight: 50, changes: { canaryReplicas: 4 } });
    const { get } = fake.lab.cluster;
    let reads = 0;
    const cluster = {
      ...fake.lab.cluster,
      get: <T>(path: string) => {
        if (path.includes("virtualservices")) reads += 1;
        return get<T>(path);
      },
    };
    await weighted(istioRoute).createCanary({ ...fake.lab, cluster }, quiet);
    expect(reads).toBe(1);
  });

  test("is refused where the config asks for another share than the live one: it would move the traffic, too", async () => {
    const { log, created } = create("versioned-echo:v2", { configWeight: 50, liveWeight: 10 });
    await expect(created).rejects.toMatchObject({
      message: expect.stringContaining("The traffic is at 90/10 (stable/canary), and the config asks for 50/50"),
      next: "npx canaryctl up\nnpx canaryctl rollback",
    });
    expect(log).toEqual([]);
  });

  test("changes its pods where the image is the one that it has", async () => {
    const { log, file, created } = create("versioned-echo:v2", { configWeight: 50 });
    expect(await created).toMatch(/versioned-echo:v2, 2 pods, 50 %/);
    expect(log).toEqual(["update"]);
    expect(file()).toContain('canaryReplicas: "4"');
  });

  test("is no matter where nothing is deployed, or nobody gets it", async () => {
    for (const options of [{ liveWeight: undefined }, { configWeight: 0 }]) {
      const { log, created } = create("versioned-echo:v3", options);
      await created;
      expect(log).toEqual(["update"]);
    }
  });
});

describe("deleteCanary", () => {
  test("is refused while the config or the live route gives the canary traffic", async () => {
    for (const weights of [
      { configWeight: 10, liveWeight: 0 },
      { configWeight: 0, liveWeight: 10 },
    ]) {
      const { lab, log } = fakeLab(weights);
      await expect(deleteCanary(lab, istioRoute, quiet)).rejects.toThrow(/still has 10 %/);
      expect(log).toEqual([]);
    }
  });

  test("removes a canary without traffic", async () => {
    const { lab, log, file } = fakeLab({ configWeight: 0 });
    await deleteCanary(lab, istioRoute, quiet);
    expect(log).toEqual(["update"]);
    expect(file()).toContain('canary-lab:canaryEnabled: "false"');
  });

  test("can be repeated", async () => {
    const { lab, log } = fakeLab({ configWeight: 0, canaryReady: undefined, changes: { canaryEnabled: false } });
    expect(await deleteCanary(lab, istioRoute, quiet)).toBe("Nothing to delete: there is no canary.");
    expect(log).toEqual([]);
  });
});
