import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { askPods } from "../../../../canaryctl/src/doctor/ask-pods.ts";
import type { PodFacts } from "../../../../canaryctl/src/doctor/facts.ts";
import { Reader } from "../../../../canaryctl/src/doctor/reader.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { fakeLab } from "../fake-lab.ts";
import { wholeLab } from "./recorded.ts";

test("a pod that gives no answer has a time, after which its connection is closed too: else doctor could not end", async () => {
  const { lab } = fakeLab();
  const limits: (number | undefined)[] = [];
  const silent = async (_namespace: string, _pod: string, milliseconds?: number) => {
    limits.push(milliseconds);
    return async () => {
      await pause(1);
      throw new Error("it did not end");
    };
  };
  const reader = new Reader(lab.cluster);
  await askPods({ ...lab, exec: silent, proxy: silent }, reader, wholeLab.pods ?? []);
  expect(limits.length).toBeGreaterThan(1);
  expect(limits).toEqual(limits.map(() => 8_000));
  expect(reader.unread).toContainEqual({
    what: expect.stringMatching(/^answers to pod canary-lab\/versioned-echo-client-/),
    why: "it did not end",
  });
});

describe("whether network policies are enforced", () => {
  const pods = (wholeLab.pods ?? []).map((pod, index): PodFacts => ({ ...pod, ip: `10.0.0.${index + 1}` }));
  const target = pods.find(({ labels }) => labels.app === "versioned-echo");

  /** What is found, and by which commands, where `pilot-agent wait` ends so. */
  async function asked(end: () => Promise<string>, isolation: object = { mode: "enforce" }) {
    const { lab } = fakeLab();
    const commands: (readonly string[])[] = [];
    const exec = async () => async (_container: string, command: readonly string[]) => {
      if (!command.includes("wait")) throw new Error("not asked here");
      commands.push(command);
      return end();
    };
    const config = parseConfig({ isolation });
    const reader = new Reader(lab.cluster);
    const { forbidden } = await askPods({ ...lab, config, exec }, reader, pods);
    return { forbidden, commands, unread: reader.unread.filter(({ what }) => what.includes("network policies")) };
  }
  const closed = () =>
    Promise.reject(new Error("`pilot-agent wait` failed: Error: timeout waiting for Envoy proxy to become ready."));

  test("is asked by one request of two seconds, to a pod's own address", async () => {
    const { forbidden, commands } = await asked(async () => "");
    expect(forbidden).toMatchObject({ to: target?.name, isAnswered: true });
    expect(commands).toHaveLength(1);
    expect(commands[0]?.join(" ")).toContain(
      `pilot-agent wait --url http://${target?.ip}:15021/healthz/ready --timeoutSeconds 2`,
    );
  });

  test("is seen by silence, and not known where the command could not run", async () => {
    expect((await asked(closed)).forbidden).toMatchObject({ isAnswered: false });
    const { forbidden, unread } = await asked(() => Promise.reject(new Error("the connection ended early")));
    expect([forbidden, unread.map(({ why }) => why)]).toEqual([undefined, ["the connection ended early"]]);
  });

  test("is not asked where nobody wants policies", async () => {
    for (const isolation of [{}, { mode: "enforce", networkPolicies: false }])
      expect(await asked(closed, isolation)).toEqual({ forbidden: undefined, commands: [], unread: [] });
  });
});
