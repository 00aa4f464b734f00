import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Environment } from "../../../cluster/target.ts";
import {
  forgetOwnCluster,
  forgetStacks,
  noteCluster,
  notedTarget,
  noteStack,
  noteTarget,
  readRecords,
  recordedEnvironment,
  recordOf,
  stacksIn,
} from "../../../stacks/lab-records.ts";
import { fakeLab } from "../canaryctl/fake-lab.ts";

const own = fakeLab().lab.environment;
const production: Environment = {
  ...own,
  target: "existing",
  kubeconfig: "/home/me/.kube/config",
  kubeContext: "prod",
};
const cluster = (uid: string) => ({ uid, kubeContext: "here" });
const folderWith = (files: Readonly<Record<string, object>> = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
};

describe("the records of a checkout", () => {
  test("know a stack by what was noted, whatever it is called", () => {
    const folder = folderWith();
    expect(recordOf(readRecords(folder), "constructor")).toBeUndefined();
    noteStack("constructor", production, folder);
    expect(recordOf(readRecords(folder), "constructor")).toEqual({ environment: production });
  });

  test("hold stacks in different clusters side by side, each with its way", () => {
    const folder = folderWith();
    noteStack("dev", own, folder);
    noteStack("prod", production, folder);
    noteStack("staging", own, folder);
    noteCluster("prod", cluster("p"), folder);
    const records = readRecords(folder);
    expect(recordedEnvironment("dev", records)).toEqual(own);
    expect(recordedEnvironment("prod", records)).toEqual(production);
    expect(recordedEnvironment("qa", records)).toBeUndefined();
    expect([stacksIn(own, records), stacksIn(production, records)]).toEqual([["dev", "staging"], ["prod"]]);
    expect(readdirSync(join(folder, "stacks"))).toEqual(["dev.json", "prod.json", "staging.json"]);
    expect(statSync(join(folder, "stacks/prod.json")).mode & 0o777).toBe(0o600);
  });

  test("give every stack in the lab's own cluster the way that its last `up` noted", () => {
    const folder = folderWith();
    noteStack("dev", own, folder);
    noteStack("staging", { ...own, path: ["/newer"] }, folder);
    expect(recordedEnvironment("dev", readRecords(folder))?.path).toEqual(["/newer"]);
  });

  test("keep the cluster of a stack that is put up again, and forget it with the stack", () => {
    const folder = folderWith();
    noteStack("dev", own, folder);
    noteCluster("dev", cluster("a"), folder);
    noteStack("dev", own, folder);
    expect(readRecords(folder).stacks.dev?.cluster).toEqual(cluster("a"));
    forgetStacks(["dev"], folder);
    expect(readRecords(folder)).toEqual({ own, stacks: {} });
  });

  test("lose the lab's own cluster with all that is in it, and nothing else", () => {
    const folder = folderWith();
    noteTarget("embedded", folder);
    for (const [stack, way] of [
      ["dev", own],
      ["prod", production],
    ] as const)
      noteStack(stack, way, folder);
    expect(notedTarget(folder)).toBe("embedded");
    forgetOwnCluster(folder);
    expect(readRecords(folder)).toEqual({ own: undefined, stacks: { prod: { environment: production } } });
    expect(notedTarget(folder)).toBeUndefined();
  });
});

describe("the records of an earlier version", () => {
  const clusters = { dev: cluster("a"), staging: cluster("a") };

  test("in the lab's own cluster are read as they are, and written as today's by the next change", () => {
    const folder = folderWith({
      "environment.json": { ...own, stacks: ["dev", "staging"] },
      "clusters.json": clusters,
    });
    const wanted = { own, stacks: { dev: { cluster: cluster("a") }, staging: { cluster: cluster("a") } } };
    expect(readRecords(folder)).toEqual(wanted);
    expect(existsSync(join(folder, "stacks"))).toBe(false); // reading changes nothing
    noteStack("dev", own, folder);
    expect(readRecords(folder)).toEqual(wanted);
    expect(existsSync(join(folder, "clusters.json"))).toBe(false);
    expect(JSON.parse(readFileSync(join(folder, "environment.json"), "utf8"))).toEqual(own);
    forgetStacks(["staging"], folder);
    expect(Object.keys(readRecords(folder).stacks)).toEqual(["dev"]);
  });

  test("in a cluster of the user's own go with each stack, and leave room for the lab's own cluster", () => {
    const folder = folderWith({ "environment.json": { ...production, stacks: ["prod"] } });
    expect(readRecords(folder)).toEqual({ own: undefined, stacks: { prod: { environment: production } } });
    noteStack("dev", own, folder);
    expect(readRecords(folder)).toEqual({ own, stacks: { dev: {}, prod: { environment: production } } });
  });

  test("that named no stack still lead to the cluster", () => {
    expect(readRecords(folderWith({ "environment.json": own }))).toEqual({ own, stacks: {} });
    expect(readRecords(folderWith({ "environment.json": production })).stacks).toEqual({
      dev: { environment: production },
    });
  });

  test("that a killed change has written in part are whole all the same", () => {
    const folder = folderWith({ "environment.json": { ...own, stacks: ["dev"] }, "clusters.json": clusters });
    const earlier = ["environment.json", "clusters.json"].map(
      (name) => [name, readFileSync(join(folder, name))] as const,
    );
    noteCluster("dev", cluster("b"), folder);
    for (const [name, content] of earlier) writeFileSync(join(folder, name), content);
    expect(readRecords(folder).stacks).toEqual({ dev: { cluster: cluster("b") }, staging: { cluster: cluster("a") } });
  });
});
