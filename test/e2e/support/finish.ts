import { expect, test } from "@jest/globals";
import { canaryctl, kubectl, namespace } from "./lab.ts";
import { refusalFault } from "./refusal.ts";
import { readConfig } from "./stack-config.ts";
import { sendLoad } from "./traffic.ts";
import { until } from "./until.ts";

const clientPods = async (): Promise<string[]> =>
  (await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo-client", "-o", "name")).trim().split("\n");

/** Who answers, when the pod that asks has followed the stable image: the one before it may still be on its way out. */
async function versionsNow() {
  await until("the client's earlier pod is gone", async () => (await clientPods()).length === 1, { seconds: 30 });
  return (await sendLoad({ requests: 300, rate: 300 })).versions;
}

/** Null where no controller counts revisions. */
async function revision(): Promise<number | null> {
  const { release } = JSON.parse((await canaryctl("status", "--json")).stdout);
  return release?.revision ?? null;
}

/** Tests that a release is finished, for the strategy that is deployed: no canary runs before them, and v1 is stable after them again. */
export function testFinish(): void {
  // Forth and back: the way to an earlier version is a release like any other.
  test.each(["v2", "v1"])(
    "a release is finished by promote --full: %s becomes the stable version",
    async (tag) => {
      expect((await canaryctl("create-canary", "--image", `versioned-echo:${tag}`)).exitCode).toBe(0);
      const tried = await revision();
      expect((await canaryctl("promote", "--full")).exitCode).toBe(0);
      expect(await versionsNow()).toEqual({ [tag]: 300 });
      expect(readConfig("stableImage")).toBe(`versioned-echo:${tag}`);
      expect(readConfig("canaryEnabled")).toBe("false");
      // The config was written behind the pods: it makes no revision of its own, and up has nothing to do.
      expect(await revision()).toBe(tried);
      expect((await canaryctl("up")).exitCode).toBe(0);
      expect(await revision()).toBe(tried);
    },
    240_000,
  );

  test("then there is nothing to promote", async () => {
    expect(refusalFault(await canaryctl("promote"), /no canary/, /create-canary/)).toBeUndefined();
    expect(refusalFault(await canaryctl("promote", "--full"), /no canary/, /create-canary/)).toBeUndefined();
  }, 60_000);
}
