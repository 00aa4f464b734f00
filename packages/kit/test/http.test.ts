import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { agentFor, send } from "../src/http.ts";

test("the client of the API server loads without undici, which takes longer than all of it", () => {
  const file = new URL("../src/kube/client.ts", import.meta.url).href;
  const loaded = (code: string) => {
    const script = `${code}; console.log(process.moduleLoadList.some((name) => /deps.undici/.test(name)))`;
    return spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }).stdout.trim();
  };
  expect(loaded(`await import(${JSON.stringify(file)})`)).toBe("false");
  expect(loaded('await import("node:http")')).toBe("true"); // so that the test would see it
});

test("a server that accepts connections and is silent is given up after the timeout, and not after twice that", async () => {
  const silent = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
  const began = performance.now();
  try {
    const sent = send({ url, agent: agentFor(url, {}, ""), timeoutMilliseconds: 1000 });
    await expect(sent).rejects.toThrow("no answer within 1 s");
    expect(performance.now() - began).toBeLessThan(1800);
  } finally {
    await new Promise((resolve) => silent.close(resolve));
  }
});
