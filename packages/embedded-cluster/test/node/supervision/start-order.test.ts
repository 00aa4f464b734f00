import { describe, expect, test } from "@jest/globals";
import type { ProcessName, ProcessSpec } from "../../../src/node/processes/process-spec.ts";
import { renderProcesses } from "../../../src/node/processes/table.ts";
import { inStartOrder } from "../../../src/node/supervision/start-order.ts";
import { exampleSpec } from "../node-spec.ts";

const spec = (name: ProcessName, ...after: ProcessName[]): ProcessSpec => ({
  name,
  after,
  argv: [],
  ready: { kind: "http", url: "" },
  readySeconds: 1,
});
const names = (processes: readonly ProcessSpec[]) => inStartOrder(processes).map(({ name }) => name);

describe("processes start", () => {
  test("after those that they need, wherever these stand in the list", () => {
    const specs = [spec("kubelet", "kube-apiserver"), spec("kube-apiserver", "etcd"), spec("etcd")];
    expect(names(specs)).toEqual(["etcd", "kube-apiserver", "kubelet"]);
  });
  test("in an order that the real table has, each of them once", () => {
    const table = renderProcesses(exampleSpec());
    const order = names(table);
    expect([...order].sort()).toEqual(table.map(({ name }) => name).sort());
    for (const { name, after } of table)
      for (const needed of after) expect(order.indexOf(needed)).toBeLessThan(order.indexOf(name));
  });
  test("not at all where one needs what is not there", () => {
    expect(() => names([spec("kubelet", "etcd")])).toThrow(
      "kubelet waits for etcd, which is not a process of the node.",
    );
  });
  test("not at all where two wait for each other", () => {
    expect(() => names([spec("etcd", "kubelet"), spec("kubelet", "etcd")])).toThrow(
      /wait for each other: etcd, kubelet, etcd/,
    );
  });
});
