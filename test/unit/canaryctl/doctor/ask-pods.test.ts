import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { askPods } from "../../../../canaryctl/src/doctor/ask-pods.ts";
import { Reader } from "../../../../canaryctl/src/doctor/reader.ts";
import { fakeLab } from "../fake-lab.ts";
import { wholeLab } from "./recorded.ts";

test("a pod that gives no answer has a time, after which its connection is closed too: else doctor could not end", async () => {
  const { lab } = fakeLab();
  const limits: (number | undefined)[] = [];
  const exec = async (_namespace: string, _pod: string, milliseconds?: number) => {
    limits.push(milliseconds);
    return async () => {
      await pause(1);
      throw new Error("it did not end");
    };
  };
  const reader = new Reader(lab.cluster);
  await askPods({ ...lab, exec }, reader, wholeLab.pods ?? []);
  expect(limits.length).toBeGreaterThan(1);
  expect(limits).toEqual(limits.map(() => 8_000));
  expect(reader.unread).toContainEqual({
    what: expect.stringMatching(/^answers to pod canary-lab\/versioned-echo-client-/),
    why: "it did not end",
  });
});
