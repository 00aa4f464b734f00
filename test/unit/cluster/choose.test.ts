import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { chooseTarget, type Machine, type TargetRequest } from "../../../cluster/choose.ts";

const request: TargetRequest = { gatewayNodePort: 30080, buildsImages: true, parts: [], changes: [] };
const kind = { program: "kind", problem: "kind is not installed", source: "kind v0.33.0, https://kind" } as const;
const pulumi = { program: "pulumi", problem: "pulumi is version 3.1.0", source: "Pulumi, https://pulumi" } as const;

const machine = (
  docker: boolean,
  missing: readonly (typeof kind | typeof pulumi)[],
  embedded: readonly string[] = [],
): Machine => ({
  dockerAnswers: async () => docker,
  kindProblems: async () => missing,
  embeddedObstacles: async () => embedded,
});
const asksNothing: Machine = {
  dockerAnswers: () => Promise.reject(new Error("asked Docker")),
  kindProblems: () => Promise.reject(new Error("asked for kind")),
  embeddedObstacles: () => Promise.reject(new Error("asked for root")),
};

async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error;
}

describe("chooseTarget", () => {
  test("takes the configured context before it asks anything", async () => {
    const { target, reason } = await chooseTarget({ request: { ...request, kubeContext: "staging" } }, asksNothing);
    expect([target.name, reason]).toEqual(["existing", "context staging is named"]);
  });

  test("takes kind where Docker answers and its programs are there, and does not look further", async () => {
    const looksNoFurther = { ...machine(true, []), embeddedObstacles: asksNothing.embeddedObstacles };
    expect((await chooseTarget({ request }, looksNoFurther)).target.name).toBe("kind");
  });

  test("takes the embedded cluster without Docker, says why, and asks no network for kind", async () => {
    const offline = { ...machine(false, []), kindProblems: asksNothing.kindProblems };
    expect((await chooseTarget({ request }, offline)).target.name).toBe("embedded");
    const { target, reason, advice } = await chooseTarget({ request }, machine(false, [kind]));
    expect([target.name, reason, advice]).toEqual([
      "embedded",
      "no context is configured, and Docker does not answer",
      undefined,
    ]);
  });

  test("says what would be faster where Docker answers and only programs are missing, which cannot be fetched", async () => {
    const { target, reason, advice } = await chooseTarget({ request }, machine(true, [kind, pulumi]));
    expect([target.name, reason]).toEqual([
      "embedded",
      "no context is configured, and kind is not installed and pulumi is version 3.1.0",
    ]);
    expect(advice).toMatch(
      /it builds nothing: install kind v0.33.0, .*; Pulumi, .*; then run `npx canaryctl up --cluster kind`/,
    );
  });

  test("stays where the lab is", async () => {
    const { target, reason } = await chooseTarget({ request, running: "kind" }, asksNothing);
    expect([target.name, reason]).toEqual(["kind", "the lab is already there"]);
  });

  test("is overruled", async () => {
    const { target, reason } = await chooseTarget(
      { request: { ...request, kubeContext: "x" }, override: "kind" },
      asksNothing,
    );
    expect([target.name, reason]).toEqual(["kind", "--cluster kind was given"]);
  });

  test("never takes the current context", async () => {
    await expect(chooseTarget({ request, override: "existing" }, asksNothing)).rejects.toThrow(
      "needs the name of a context",
    );
  });

  test("names everything that each target lacks where none is possible, and what to install where that is all", async () => {
    const noRoot = ["It needs root.", "The apt sources name no Debian mirror."];
    const error = await refusal(chooseTarget({ request }, machine(false, [kind, pulumi], noRoot)));
    expect(error.message.split("\n  - ").slice(1)).toEqual([
      "existing: kubeContext is not set",
      "kind: Docker does not answer",
      "kind: kind is not installed",
      "kind: pulumi is version 3.1.0",
      "embedded: It needs root.",
      "embedded: The apt sources name no Debian mirror.",
    ]);
    expect(error.next).toMatch(/^kubectl config get-contexts/);
    const withDocker = await refusal(chooseTarget({ request }, machine(true, [kind], noRoot)));
    expect(withDocker).toMatchObject({ first: "install kind v0.33.0, https://kind", next: "npx canaryctl up" });
  });
});
