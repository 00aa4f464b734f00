import { describe, expect, test } from "@jest/globals";
import { chooseTarget, type Host } from "../../../cluster/choose.ts";
import { sampleConfig } from "../stacks/sample-config.ts";

const { kubeContext: _, ...config } = sampleConfig;
const host = (kind?: string, embedded?: string): Host => ({
  kindObstacle: async () => kind,
  embeddedObstacle: () => embedded,
});
const asksNothing: Host = {
  kindObstacle: () => Promise.reject(new Error("asked Docker")),
  embeddedObstacle: () => {
    throw new Error("asked for root");
  },
};

describe("chooseTarget", () => {
  test("takes the configured context before it asks anything", async () => {
    const { target, reason } = await chooseTarget({ config: { ...config, kubeContext: "staging" } }, asksNothing);
    expect([target.name, reason]).toEqual(["existing", "the stack's config names the context staging"]);
  });

  test("takes kind where Docker answers", async () => {
    expect((await chooseTarget({ config }, host())).target.name).toBe("kind");
  });

  test("takes the embedded cluster else, and says why", async () => {
    const { target, reason } = await chooseTarget({ config }, host("Docker does not answer"));
    expect([target.name, reason]).toEqual(["embedded", "no context is configured, and Docker does not answer"]);
  });

  test("stays where the lab is", async () => {
    const { target, reason } = await chooseTarget({ config, running: "kind" }, asksNothing);
    expect([target.name, reason]).toEqual(["kind", "the lab is already there"]);
  });

  test("is overruled", async () => {
    const { target, reason } = await chooseTarget(
      { config: { ...config, kubeContext: "x" }, override: "kind" },
      asksNothing,
    );
    expect([target.name, reason]).toEqual(["kind", "--cluster kind was given"]);
  });

  test("never takes the current context", async () => {
    await expect(chooseTarget({ config, override: "existing" }, asksNothing)).rejects.toThrow(
      "needs the name of a context",
    );
  });

  test("says what each target would need where none is possible", async () => {
    await expect(chooseTarget({ config }, host("Docker does not answer", "it needs root"))).rejects.toThrow(
      /existing: kubeContext is not set.*kind: Docker does not answer.*embedded: it needs root/s,
    );
  });
});
