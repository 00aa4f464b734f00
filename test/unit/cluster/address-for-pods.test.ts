import { isIPv4 } from "node:net";
import { expect, test } from "@jest/globals";
import { addressForPods } from "../../../cluster/address-for-pods.ts";

const answers = (text: string) => async () => text;

test("the pods of kind reach this machine by the gateway of Docker's network, where it has one by IPv4", async () => {
  const asked: string[] = [];
  const run = async ({ file, args }: { readonly file: string; readonly args: readonly string[] }) => {
    asked.push([file, ...args].join(" "));
    return " 172.18.0.1 \n";
  };
  expect(await addressForPods("kind", run)).toBe("172.18.0.1");
  expect(asked).toEqual(["docker network inspect --format {{range .IPAM.Config}}{{.Gateway}} {{end}} kind"]);
  expect(await addressForPods("kind", answers("fc00:f853:ccd:e793::1 172.18.0.1"))).toBe("172.18.0.1");
  expect(await addressForPods("kind", answers("fc00:f853:ccd:e793::1 "))).toBeUndefined();
});

test("those of the embedded cluster reach it by the node's own, and those of a user's cluster by none that is known", async () => {
  expect(isIPv4((await addressForPods("embedded")) ?? "")).toBe(true);
  expect(await addressForPods("existing")).toBeUndefined();
});
