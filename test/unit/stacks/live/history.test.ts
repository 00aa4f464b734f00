import { expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import { configMapPath } from "../../../../cluster/kube/paths.ts";
import { whoRuns } from "../../../../stacks/history-entry.ts";
import { noteOverride } from "../../../../stacks/live/history.ts";
import { together } from "../../../../stacks/live/hook-bindings.ts";
import { sampleConfig } from "../sample-config.ts";

test("a rise past the judge is kept with who, why, from and to", async () => {
  const written: Record<string, string>[] = [];
  const patch = async <T>(path: string, { data }: { data?: Record<string, string> }) => {
    expect(path).toBe(configMapPath("canary-lab", "versioned-echo-history"));
    if (data) written.push(data);
    return {} as T;
  };
  const apply = () => Promise.reject(new Error("it is there"));
  const config = { ...sampleConfig, canaryWeight: toWeight(30), judgeOverride: "the old version leaks" };
  await noteOverride({ patch, apply }, config, { from: 10 });
  const [entry] = written.flatMap((data) => Object.values(data).map((text) => JSON.parse(text)));
  expect(entry).toMatchObject({
    who: whoRuns(),
    command: "pulumi up",
    why: "judge overridden: the old version leaks",
    from: { strategy: "istio", canaryWeight: "10", canaryEnabled: "true" },
    to: { strategy: "istio", canaryWeight: "30", canaryImage: sampleConfig.canaryImage },
  });
  expect(Date.parse(entry.at)).not.toBeNaN();
});

test("two bindings of hooks are one, with those that come after an update", () => {
  const hook = (name: string) => name as never;
  expect(together({ beforeUpdate: [hook("a")], afterUpdate: [hook("b")] }, { beforeUpdate: [hook("c")] })).toEqual({
    beforeCreate: [],
    beforeUpdate: ["a", "c"],
    afterUpdate: ["b"],
  });
});
