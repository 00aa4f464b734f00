import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { isOf } from "../../../../canaryctl/src/stack/list-stacks.ts";
import { readStack, unreadEntry } from "../../../../canaryctl/src/stack/read-stack.ts";
import { runningImages } from "../../../../canaryctl/src/stack/running-images.ts";
import { entriesOf, hasProblems, stackTable } from "../../../../canaryctl/src/stack/stack-table.ts";
import { stackAnnotation, strategyAnnotation } from "../../../../components/workload/render-application.ts";
import { fakeLab } from "../fake-lab.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const workload = (role: string, image: string) => ({
  name: `x-${role}`,
  role,
  image,
  version: "v1",
  ready: 1,
  wanted: 1,
});
const pod = (image: string, imageID: string) => ({
  metadata: { name: "pod" },
  spec: { containers: [{ name: "echo", image }] },
  status: { containerStatuses: [{ name: "echo", image: "as the runtime names it", imageID }] },
});

describe("the digests that run", () => {
  test("are those that a workload names, else those that its pods were started with", () => {
    const found = runningImages(
      [workload("stable", `r/echo@${digest("a")}`), workload("canary", "r/echo:v2"), workload("old", "r/none:v1")],
      [pod("r/echo:v2", `r/echo@${digest("b")}`), pod("r/echo:v2", `r/echo@${digest("b")}`)],
    );
    expect(found.map(({ role, digest }) => [role, digest])).toEqual([
      ["stable", digest("a")],
      ["canary", digest("b")],
      ["old", null],
    ]);
  });

  test("are not known where pods of one image run different ones", () => {
    const pods = [pod("r/echo:v2", `r/echo@${digest("a")}`), pod("r/echo:v2", `r/echo@${digest("b")}`)];
    expect(runningImages([workload("canary", "r/echo:v2")], pods)[0]?.digest).toBeNull();
  });

  test.each(["", "docker://"])(
    "are not known of an image that came from no registry: %s and the id of its config",
    (scheme) => {
      const pods = [pod("r/echo:v2", scheme + digest("a"))];
      expect(runningImages([workload("canary", "r/echo:v2")], pods)[0]?.digest).toBeNull();
    },
  );
});

const namespace = {
  metadata: { annotations: { [stackAnnotation]: "organization/canary-lab/dev", [strategyAnnotation]: "istio" } },
};
const entry = {
  at: "2026-11-27T10:00:00.000Z",
  who: "ann@host",
  command: "set-traffic 70 30",
  from: null,
  to: { strategy: "istio", canaryWeight: "30", canaryEnabled: "true", stableImage: "a", canaryImage: "b" },
};
const objects = {
  "/api/v1/namespaces/canary-lab": namespace,
  "/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history": { data: { k: JSON.stringify(entry) } },
  "/api/v1/namespaces/canary-lab/pods": { items: [] },
};

describe("a stack", () => {
  test("is read whole: weights wanted and live, the last move, drift", async () => {
    const resource = {
      urn: "urn:x::gone",
      type: "kubernetes:core/v1:Service",
      id: "canary-lab/gone",
      inputs: { apiVersion: "v1", kind: "Service", metadata: { name: "gone", namespace: "canary-lab" } },
    };
    const state = { read: () => ({ version: 3, deployment: { resources: [resource] } }) } as unknown as Lab["state"];
    const { lab } = fakeLab({ configWeight: 30, objects, state });
    const found = await readStack(lab, ["file", "state"]);
    expect(found).toMatchObject({
      stack: "dev",
      namespace: "canary-lab",
      isDeployed: true,
      weights: { wanted: { canary: 30 }, live: { canary: 30 } },
      lastMove: { command: "set-traffic 70 30" },
      drift: ["Service canary-lab/gone is gone"],
      problems: [],
    });
    expect(stackTable([found]).join("\n")).toMatch(
      /70\/30 +70\/30 +2026-11-27T10:00:00Z set-traffic 70 30 +1: Service/,
    );
  });

  test("that is not deployed says so, and one of which a part cannot be read says which", async () => {
    expect(await readStack(fakeLab().lab, ["file"])).toMatchObject({ isDeployed: false, problems: [] });
    // A state that could not be read might say otherwise.
    expect(await readStack(fakeLab().lab, ["file"], ["no state"])).toMatchObject({ isDeployed: null });
    const { lab } = fakeLab({ objects });
    const get: Lab["cluster"]["get"] = (path) =>
      path.includes("pods") ? Promise.reject(new UserError("pods is forbidden")) : lab.cluster.get(path);
    expect(await readStack({ ...lab, cluster: { ...lab.cluster, get } }, ["file"])).toMatchObject({
      isDeployed: true,
      images: [{ role: "stable" }, { role: "canary" }],
      problems: ["pods is forbidden"],
    });
  });

  test("whose cluster does not answer hides no other", async () => {
    const { lab } = fakeLab();
    const get = () => Promise.reject(new UserError("The API server does not answer.\n more"));
    const silent = await readStack({ ...lab, cluster: { ...lab.cluster, get } }, ["file"]);
    expect(silent).toMatchObject({ isDeployed: null, problems: ["The API server does not answer."] });
    const lines = stackTable([silent, unreadEntry("prod", ["file"], { isDeployed: false })]);
    expect(lines.join("\n")).toMatch(/^prod .*not deployed$/m);
    expect(lines.at(-1)).toBe("dev: The API server does not answer.");
  });

  test("of another backend, in a namespace of its own, is not this checkout's of the same name", () => {
    const application = { stack: "organization/canary-lab/dev", namespace: "canary-lab" };
    const of = (stack: string, namespace: string) => unreadEntry(stack, ["file"], { namespace });
    expect(isOf(of("dev", "canary-lab"), application)).toBe(true);
    expect(isOf(of("dev", "other"), application)).toBe(false);
    expect(isOf(of("prod", "canary-lab"), application)).toBe(false);
    expect(isOf({ ...of("dev", "other"), services: { orders: of("dev", "canary-lab") } }, application)).toBe(true);
  });
});

describe("the services of a stack", () => {
  const noted = (strategy: string) => ({
    metadata: { annotations: { [stackAnnotation]: "organization/canary-lab/dev", [strategyAnnotation]: strategy } },
  });
  const places = {
    ...objects,
    "/api/v1/namespaces/canary-lab-orders": noted("istio"),
    "/api/v1/namespaces/canary-lab-orders/pods": { items: [] },
    "/api/v1/namespaces/canary-lab-old": noted("istio"),
  };
  const resource = (name: string, namespace: string, type = "kubernetes:core/v1:Service") => ({
    urn: `urn:pulumi:dev::canary-lab::${type}::${name}`,
    type,
    id: type.endsWith("Namespace") ? namespace : `${namespace}/gone`,
    inputs: {
      apiVersion: "v1",
      kind: type.split(":").at(-1),
      metadata: {
        name: type.endsWith("Namespace") ? namespace : "gone",
        ...(type.endsWith("Namespace") ? noted("istio").metadata : { namespace }),
      },
    },
  });
  const resources = [
    resource("orders/side", "canary-lab-orders"),
    resource("old/echo-namespace", "canary-lab-old", "kubernetes:core/v1:Namespace"),
  ];
  const state = { read: () => ({ version: 3, deployment: { resources } }) } as unknown as Lab["state"];
  const { lab } = fakeLab({ configWeight: 30, objects: places, state });
  lab.stackFile.set({ services: '{"orders":{"canaryWeight":20},"new":{},"bad":{"canaryWeight":-1}}' });

  test("are read with it: those of the file, and one that is taken out of it and still deployed", async () => {
    const found = await readStack(lab, ["file", "state"]);
    expect(found).toMatchObject({
      namespace: "canary-lab",
      weights: { wanted: { canary: 30 } },
      drift: [],
      services: {
        orders: {
          namespace: "canary-lab-orders",
          isDeployed: true,
          weights: { wanted: { canary: 20 } },
          drift: ["Service canary-lab-orders/gone is gone"],
        },
        new: { namespace: "canary-lab-new", isDeployed: false },
        bad: { namespace: "canary-lab-bad", isDeployed: false },
        old: { namespace: "canary-lab-old", isDeployed: true },
      },
    });
    const lines = stackTable([found]).join("\n");
    expect(lines).toMatch(/^dev\/orders +.* canary-lab-orders .* 80\/20 +70\/30 /m);
    expect(lines).toMatch(/^dev\/new +.* canary-lab-new +not deployed$/m);
  });

  test("are listed where one of them, and where the state, cannot be read", async () => {
    const get: Lab["cluster"]["get"] = (path) =>
      path.includes("canary-lab-orders/pods") ? Promise.reject(new UserError("is forbidden")) : lab.cluster.get(path);
    const damaged = () => {
      throw new UserError("The state is damaged.");
    };
    const unread = { read: damaged } as unknown as Lab["state"];
    const found = await readStack({ ...lab, state: unread, cluster: { ...lab.cluster, get } }, ["file", "state"]);
    expect(found).toMatchObject({
      drift: null,
      problems: ["The state is damaged."],
      services: { orders: { drift: null, problems: ["is forbidden"] } },
    });
    expect(hasProblems([{ ...found, problems: [] }])).toBe(true);
    expect(stackTable([found])).toContain("dev/orders: is forbidden");
  });
});

test.each([
  [undefined, ["dev", "acme/canary-lab/dev", "prod"]],
  ["prod", ["prod"]],
  ["organization/canary-lab/dev", ["dev"]],
  ["acme/canary-lab/dev", ["acme/canary-lab/dev"]],
  ["acme/canary-lab/prod", ["prod"]],
  ["qa", []],
])("of all stacks --stack %s shows %j", (named, shown) => {
  const all = ["dev", "acme/canary-lab/dev", "prod"].map((stack) => unreadEntry(stack, ["file"], {}));
  expect(entriesOf(all, named).map(({ stack }) => stack)).toEqual(shown);
});
