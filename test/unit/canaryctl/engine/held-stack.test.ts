import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../canaryctl/src/engine/engine-failure.ts";
import { engineThat, failure } from "./fake-engine.ts";

test("says who holds the lock, where only the engine can read it", async () => {
  const error = await failure([
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end",
    "  s3://me:hidden@state/.pulumi/locks/a.json?endpoint=x: created by ci@runner-1 (pid 4242) at 2026-01-01T00:00:00Z",
  ]);
  expect(error).toBeInstanceOf(EngineBusyError);
  expect(error.message).toMatch(/stack dev is running \(process 4242 of ci on runner-1, since 2026-01-01 00:00 UTC, /);
  expect(error).toMatchObject({
    place: "s3://state/.pulumi/locks/a.json",
    next: 'eval "$(npx canaryctl env)" && pulumi cancel --yes dev',
  });
});

describe("asked whether another update holds the stack", () => {
  const store = { PULUMI_BACKEND_URL: "s3://state" };
  const service = { PULUMI_BACKEND_URL: "https://api.pulumi.com" };
  const ofService = (name: string, updateInProgress: boolean) =>
    JSON.stringify([{ name, updateInProgress, url: `https://app.pulumi.com/${name}` }]);

  test.each([
    ["there", ["error: a stack named dev already exists"]],
    ["not there", ["error: no stack named 'dev' found"]],
  ])("of a store that is %s and free, has its engine look for locks and change nothing", async (_, lines) => {
    const { engine, calls } = engineThat({ code: 1 }, lines, store);
    await engine.mustBeFree();
    expect(calls.map(({ args }) => args.slice(0, 5))).toEqual([["stack", "rename", "dev", "--stack", "dev"]]);
  });

  test("of a store, names the holder", async () => {
    const lines = [
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end",
      "  s3://state/.pulumi/locks/a.json: created by ci@runner-1 (pid 4242) at 2026-01-01T00:00:00Z",
    ];
    const error = await engineThat({ code: 1 }, lines, store)
      .engine.mustBeFree()
      .catch((failed) => failed);
    expect(error).toBeInstanceOf(EngineBusyError);
    expect(error.message).toMatch(
      /stack dev is running \(process 4242 of ci on runner-1, since 2026-01-01 00:00 UTC, /,
    );
    expect(error.next).toMatch(/pulumi cancel --yes dev$/);
  });

  test("of a store that does not answer, says so", async () => {
    const lines = ["error: could not list bucket: blob (code=Unknown): dial tcp: connection refused"];
    await expect(engineThat({ code: 255 }, lines, store).engine.mustBeFree()).rejects.toMatchObject({
      place: "PULUMI_BACKEND_URL",
    });
  });

  test("of Pulumi's service, goes by its list", async () => {
    const free = engineThat({}, [ofService("dev", false)], service);
    await free.engine.mustBeFree();
    expect(free.calls[0]?.args.slice(0, 3)).toEqual(["stack", "ls", "--json"]);
    await engineThat({}, [ofService("prod", true)], service).engine.mustBeFree();
    await expect(engineThat({}, [ofService("me/dev", true)], service).engine.mustBeFree()).rejects.toMatchObject({
      message: "Another update of stack dev is running: the service that keeps the state says so.",
      place: "https://app.pulumi.com/me/dev",
    });
    await expect(
      engineThat({ code: 255 }, ["error: PULUMI_ACCESS_TOKEN must be set for login"], service).engine.mustBeFree(),
    ).rejects.toMatchObject({ place: "PULUMI_BACKEND_URL" });
  });
});
