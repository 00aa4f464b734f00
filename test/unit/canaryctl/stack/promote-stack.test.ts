import type { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { promoteStack } from "../../../../canaryctl/src/stack/promote-stack.ts";
import { stackAnnotation, strategyAnnotation } from "../../../../components/workload/render-application.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { recordedCanary } from "../../canary/rollout/recorded-canary.ts";
import { fakeLab } from "../fake-lab.ts";
import { fakeRollout, pausedCanary } from "../strategies/rollouts/fake-rollout.ts";
import { deployment, digest, stacks } from "./two-stacks.ts";

test("the digest that runs in one becomes the canary of the other, and is recorded with where it comes from", async () => {
  const { promote, target, copies, records } = stacks();
  expect(await promote()).toMatch(/^v2 of stack dev is the canary of stack prod, by its digest sha256:a+\./);
  expect(target.file()).toContain(`canary-lab:canaryImage: r:5000/versioned-echo:v2@${digest("a")}`);
  expect(target.log).toEqual(["update"]);
  expect(copies).toEqual([]);
  expect(records).toEqual([
    {
      stack: "prod",
      command: "stack promote dev prod",
      source: expect.objectContaining({
        stack: "dev",
        image: `r:5000/versioned-echo@${digest("a")}`,
        digest: digest("a"),
      }),
      error: undefined,
    },
  ]);
});

test("it is copied first where the registries differ", async () => {
  const { promote, target, copies } = stacks({ registry: "s/team" });
  await promote();
  const next = "npx canaryctl stack promote dev prod";
  expect(copies).toEqual([
    { from: `r:5000/versioned-echo@${digest("a")}`, to: "s/team/versioned-echo:promoted-aaaaaaaaaaaa", next },
  ]);
  expect(target.file()).toContain(`s/team/versioned-echo:v2@${digest("a")}`);
});

test("while the release goes on it is refused, with nothing done, and passes with a reason that is kept", async () => {
  const refused = stacks({ isFinished: false, registry: "s" });
  const before = refused.target.file();
  await expect(refused.promote()).rejects.toMatchObject({
    message: expect.stringMatching(/not ready for stack prod: the release of versioned-echo:v2 is not finished/),
    next: expect.stringContaining("npx canaryctl --stack dev promote --full"),
  });
  expect([refused.target.file(), refused.target.log, refused.copies, refused.records]).toEqual([before, [], [], []]);
  const { promote, records } = stacks({ isFinished: false });
  await promote("hotfix");
  expect(records).toMatchObject([{ reason: "hotfix" }]);
});

describe("a Rollout that its analysis has aborted", () => {
  const { status } = recordedCanary.abortedByAnalysis;
  function aborted() {
    const source = fakeRollout({
      ...pausedCanary,
      ...status,
      observedGeneration: "2",
      currentPodHash: "new",
      stableRS: "old",
    });
    source.objects["/api/v1/namespaces/canary-lab"] = {
      metadata: {
        annotations: { [stackAnnotation]: "organization/canary-lab/dev", [strategyAnnotation]: "rollout-canary" },
      },
    };
    const imageID = `registry/versioned-echo@${digest("a")}`;
    source.objects["/api/v1/namespaces/canary-lab/pods"] = {
      items: [
        {
          metadata: { name: "pod" },
          spec: { containers: [{ name: "echo", image: "registry/versioned-echo@sha256:v1" }] },
          status: { containerStatuses: [{ name: "echo", imageID }] },
        },
      ],
    };
    return stacks({ source: () => source.lab });
  }

  test("was judged bad: nothing of it is released elsewhere, and the commands that lead on can be run", async () => {
    const { promote, target, records } = aborted();
    const before = target.file();
    const error = await promote().catch((refused: unknown) => refused);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        'the release was judged bad by its background analysis, and aborted: Metric "error-ratio" assessed Failed due to failed (2) > failureLimit (1)',
      ),
      next: "npx canaryctl --stack dev status\nnpx canaryctl --stack dev rollback\nnpx canaryctl --stack dev history",
    });
    expect((error as UserError).message.match(/abort/gi)).toHaveLength(1);
    expect([target.file(), target.log, records]).toEqual([before, [], []]);
  });

  test("gives its stable image, the one before, with a reason that is kept", async () => {
    const { promote, target, records } = aborted();
    await promote("the metric was wrong");
    expect(target.file()).toContain(`@${digest("a")}`);
    expect(records).toMatchObject([
      { reason: "the metric was wrong", source: { digest: digest("a") }, error: undefined },
    ]);
  });
});

test("where no canary is there to promote, the refusal names no command that promotes it", async () => {
  const { promote } = stacks({ lastMove: "rollback" });
  await expect(promote()).rejects.toMatchObject({
    message: expect.stringContaining("its last release was given up by rollback (ann, now)"),
    next: "npx canaryctl --stack dev status\nnpx canaryctl --stack dev history",
  });
});

test("an image on this machine's loopback is refused for a cluster without a registry of its own, with nothing done", async () => {
  const { promote, target, copies, records } = stacks({ sourceRegistry: "localhost:5001", isElsewhere: true });
  await expect(promote()).rejects.toMatchObject({
    message: `localhost:5001/versioned-echo:v2@${digest("a")} is in a registry of this machine, from which the cluster of stack prod cannot pull.`,
    next: "npx canaryctl --stack prod config set imageRegistry registry.example/team",
  });
  expect([target.log, copies, records]).toEqual([[], [], []]);
});

test("what the other stack runs already is left as it is, whatever its config calls it", async () => {
  const { promote, target } = stacks({ running: "a" });
  expect(await promote("again")).toMatch(/is what stack prod runs already: there is nothing to release/);
  expect(target.log).toEqual([]);
});

test("a canary with traffic is no place for another image: nothing is copied, and the commands that lead on are named", async () => {
  const { promote, target, copies, records } = stacks({ registry: "s", canary: { digit: "c", share: 40 } });
  await expect(promote()).rejects.toMatchObject({
    message: expect.stringMatching(/canary of stack dev has 40 % of its traffic, which sha256:a+ would get untested/),
    next: expect.stringContaining("npx canaryctl --stack prod rollback && npx canaryctl stack promote dev prod\n"),
  });
  expect([target.log, copies, records]).toEqual([[], [], []]);
});

test("the canary that has the digest already is left as it is, with its traffic", async () => {
  const { promote, target, records } = stacks({ canary: { digit: "a", share: 40 } });
  expect(await promote()).toMatch(/^sha256:a+ is the canary of stack dev already, with 40 % of its traffic\./);
  expect([target.log, records]).toEqual([[], []]);
});

describe("a service of both stacks", () => {
  const namespace = "canary-lab-orders";
  /** Service orders of a stack, whose stable side runs an image; what is opened is what its file has of that service. */
  function orders(image: string, values: Readonly<Record<string, string | boolean>>) {
    const fake = fakeLab({
      configWeight: 0,
      liveWeight: 0,
      objects: {
        [`/api/v1/namespaces/${namespace}`]: {
          metadata: { annotations: { [stackAnnotation]: "organization/canary-lab/dev" } },
        },
        [`/apis/apps/v1/namespaces/${namespace}/deployments/orders-v1`]: deployment(image),
        [`/api/v1/namespaces/${namespace}/pods`]: { items: [] },
      },
    });
    fake.lab.stackFile.set({ imageRegistry: "r" });
    const stackFile = fake.lab.stackFile.of("orders");
    stackFile.set({ canaryWeight: "0", ...values });
    const open = (changes = {}): Lab => ({
      ...fake.lab,
      stackFile,
      config: parseConfig({ ...stackFile.values(), ...changes }),
    });
    return { ...fake, open };
  }

  test("gives the digest of the one to the other, and is recorded there", async () => {
    const source = orders(`r/orders@${digest("a")}`, { canaryEnabled: false, stableImage: "orders:v2" });
    const target = orders(`r/orders@${digest("b")}`, {});
    const [opened, records]: [object[], object[]] = [[], []];
    const ways = {
      open: (options: { readonly stack: string }, changes?: object) => {
        opened.push(options);
        return (options.stack === "dev" ? source : target).open(changes);
      },
      copy: async () => {},
      record: (promotion: object) => ({ end: async () => void records.push(promotion) }),
    };
    expect(await promoteStack("dev", "prod", { app: "orders" }, ways)).toMatch(
      /^r\/orders:v2@sha256:a+ of service orders of stack dev is the canary of service orders of stack prod, by its digest sha256:a+\./,
    );
    expect(opened).toEqual(["dev", "prod", "prod"].map((stack) => ({ stack, app: "orders" })));
    expect(target.file()).toMatch(/orders:[\s\S]* canaryImage: "?r\/orders:v2@sha256:a+/);
    expect(target.scopes).toMatchObject([{ application: { service: "orders" } }]);
    expect(records).toMatchObject([{ stack: "prod", app: "orders", command: "stack promote dev prod --app orders" }]);
  });

  test("that is not ready is refused by its name, with commands about it", async () => {
    const source = orders(`r/orders@${digest("a")}`, { canaryEnabled: true });
    const ways = { open: () => source.open(), copy: async () => {}, record: () => ({ end: async () => {} }) };
    await expect(promoteStack("dev", "prod", { app: "orders" }, ways)).rejects.toMatchObject({
      message: expect.stringMatching(/^What runs in service orders of stack dev is not ready for service orders of /),
      next: expect.stringContaining("npx canaryctl --stack dev --app orders promote --full"),
    });
  });
});
