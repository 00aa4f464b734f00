import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { planDown, removeStack } from "../../../../canaryctl/src/commands/down.ts";
import { NoStackError } from "../../../../canaryctl/src/engine/engine.ts";
import { loadEnvironment, saveEnvironment } from "../../../../canaryctl/src/environment-file.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { fakeLab } from "../fake-lab.ts";

const { environment } = fakeLab().lab;

describe("down", () => {
  const existing = { ...environment, target: "existing", stacks: ["staging", "prod"] } as const;
  const embedded = { ...existing, target: "embedded" } as const;

  test.each([existing, embedded])("of a stack that is not in the cluster is refused, with those that are", (there) => {
    const refused = () => planDown(there, "dev", false);
    expect(refused).toThrow(/Stack dev is not in the cluster/);
    expect(refused).toThrow(
      expect.objectContaining({
        allowed: "staging, prod",
        next: expect.stringMatching(/^npx canaryctl --stack staging down\nnpx canaryctl --stack prod down\n/),
      }),
    );
  });

  test("of one of several stacks leaves the others where they are, in a user's own cluster", () => {
    expect(planDown(existing, "staging", false)).toEqual({ going: ["staging"], staying: ["prod"] });
    expect(planDown({ ...existing, stacks: ["prod"] }, "prod", false)).toEqual({ going: ["prod"], staying: [] });
    expect(planDown(existing, "staging", true)).toEqual({ going: ["staging", "prod"], staying: [] });
  });

  test("takes a cluster that the lab made with the stack that is in it, and others only where that is asked for", () => {
    expect(planDown({ ...embedded, stacks: ["dev"] }, "dev", false)).toEqual({ going: ["dev"], staying: [] });
    const refused = () => planDown(embedded, "staging", false);
    expect(refused).toThrow(/goes with all of its stacks: staging, prod/);
    expect(planDown({ ...embedded, target: "kind" }, "staging", true)).toEqual({
      going: ["staging", "prod"],
      staying: [],
    });
  });

  test("after an `up` that did not get as far as a stack takes what that made", () => {
    expect(planDown(undefined, "dev", false)).toEqual({ going: [], staying: [] });
    expect(planDown({ ...embedded, stacks: [] }, "dev", false)).toEqual({ going: [], staying: [] });
  });
});

describe("removing a stack", () => {
  const { PULUMI_BACKEND_URL } = process.env;
  beforeAll(() => void Object.assign(process.env, { PULUMI_BACKEND_URL: "https://backend.example" }));
  afterAll(() => {
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });
  const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };
  const removed = async (target: Lab["environment"]["target"], isForgotten = false) => {
    const { lab, log } = fakeLab();
    await removeStack({ ...lab, environment: { ...lab.environment, target } }, progress, isForgotten);
    return log;
  };

  test("in a user's own cluster removes each resource first", async () => {
    expect(await removed("existing")).toEqual(["destroy", "removeStack"]);
    expect(await removed("existing", true)).toEqual(["removeStack"]);
  });

  test("in a cluster that goes as a whole only forgets it", async () => {
    expect(await removed("embedded")).toEqual(["removeStack"]);
    expect(await removed("kind")).toEqual(["removeStack"]);
  });

  test("that is not in the backend is no error", async () => {
    const { lab } = fakeLab();
    const engine = { ...lab.engine, removeStack: () => Promise.reject(new NoStackError("no stack named dev")) };
    await expect(removeStack({ ...lab, engine }, progress)).resolves.toBeUndefined();
  });
});

test("the environment keeps its stacks, and one without any can be read", () => {
  const file = join(mkdtempSync(join(tmpdir(), "environment-")), "environment.json");
  expect(loadEnvironment(file)).toBeUndefined();
  saveEnvironment(environment, ["dev"], file);
  expect(loadEnvironment(file)).toEqual({ ...environment, stacks: ["dev"] });
  writeFileSync(file, JSON.stringify(environment));
  expect(loadEnvironment(file)?.stacks).toEqual([]);
});
