import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";

test("the client of the API server loads without undici, which takes longer than all of it", () => {
  const file = new URL("../src/kube/client.ts", import.meta.url).href;
  const loaded = (code: string) => {
    const script = `${code}; console.log(process.moduleLoadList.some((name) => /deps.undici/.test(name)))`;
    return spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }).stdout.trim();
  };
  expect(loaded(`await import(${JSON.stringify(file)})`)).toBe("false");
  expect(loaded('await import("node:http")')).toBe("true"); // so that the test would see it
});
