import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { noteRollback } from "../../../../canaryctl/src/history/store.ts";
import { askedNow } from "../../../../stacks/config/asked-now.ts";
import { type Gift, markBefore, rollbackMark, takenBackBy } from "../../../../stacks/live/taken-back.ts";
import { projectFolder } from "../../canaryctl/fake-lab.ts";
import { FakeApiServer } from "../../canaryctl/sequences/fake-api-server.ts";

const config = { app: "versioned-echo", namespace: "canary-lab" };

/** An update that has begun in a folder whose file has this config. */
async function begun(text?: string) {
  const client = new FakeApiServer();
  await client.apply(`/api/v1/namespaces/${config.namespace}`, {}, "test");
  await noteRollback(client, config); // one that was before it
  const folder = projectFolder(text);
  const path = join(folder, "Pulumi.dev.yaml");
  const fileNow = async () => askedNow(path);
  const markBefore = await rollbackMark(client, config);
  const takenBack = takenBackBy({ client, config, markBefore, fileNow, file: "Pulumi.dev.yaml" });
  return {
    client,
    write: (config: string) => writeFileSync(path, config),
    message: async (gift: Gift) => (await takenBack(gift))?.toPlainText(),
  };
}

describe("what an update may not give the canary any more", () => {
  test("is a share above that of the stack's file, whichever form its key has", async () => {
    const { write, message } = await begun("config:\n  canary-lab:canaryWeight: 50\n");
    expect(await message({ share: 50 })).toBeUndefined();
    for (const key of ["canaryWeight", "canary-lab:canaryWeight"]) {
      write(`config:\n  ${key}: "0"\n`);
      expect(await message({ share: 50 })).toMatch(/asks for 0 % now[\s\S]*at: +canaryWeight in Pulumi.dev.yaml/);
      expect(await message({ share: 50 })).toMatch(/next: +npx canaryctl status\s+or: +npx canaryctl up/);
    }
  });

  test("is the canary itself, where the file has switched it off", async () => {
    const { write, message } = await begun("config:\n  canary-lab:canaryEnabled: true\n");
    expect(await message("canary")).toBeUndefined();
    write("config:\n  canary-lab:canaryEnabled: false\n");
    expect(await message("canary")).toMatch(/asks for none now/);
  });

  test("is anything, after a rollback that it was overtaken by, without a file as well", async () => {
    const { client, message } = await begun();
    expect(await message({ share: 50 })).toBeUndefined();
    expect(await message("canary")).toBeUndefined();
    await client.patch("/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history", {
      metadata: { annotations: { "canary-lab/rolled-back": "2026-01-01T00:00:00Z 1" } },
    });
    for (const gift of ["canary", { share: 1 }] as const)
      expect(await message(gift)).toMatch(
        /a rollback since this command began[\s\S]*canary-lab\/versioned-echo-history/,
      );
  });

  test("is nothing where the mark may not be read, or went with its ConfigMap", async () => {
    const { client, message } = await begun();
    await client.delete("/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history");
    expect(await message({ share: 50 })).toBeUndefined();
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", code: 403 } as const;
    client.get = () => Promise.reject(new ApiError(403, "forbidden", "/", status));
    expect(await message({ share: 50 })).toBeUndefined();
  });
});

const unknown = async () => undefined;

/** As the API server (Kubernetes 1.36) keeps the owner of the mark beside those of other fields. */
const owners = (time: string) => [
  {
    manager: "canaryctl",
    operation: "Apply",
    time: "2026-01-01T00:00:00Z",
    fieldsV1: { "f:metadata": { "f:labels": {} } },
  },
  { manager: "unknown", operation: "Update", time: "2026-03-01T00:00:00Z", fieldsV1: { "f:data": {} } },
  {
    manager: "canaryctl-rollback",
    operation: "Update",
    time,
    fieldsV1: { "f:metadata": { "f:annotations": { ".": {}, "f:canary-lab/rolled-back": {} } } },
  },
];

test("a mark that was written after the command began was not there before; entries that came later are no rollback", async () => {
  const { client } = await begun();
  const managedFields = owners("2026-02-01T00:00:10Z");
  await client.patch("/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history", {
    metadata: { managedFields },
  });
  const mark = await rollbackMark(client, config);
  expect(mark?.text).toMatch(/^20/);
  const before = (start: string) => markBefore(client, config, async () => Date.parse(start), {});
  for (const start of ["2026-02-01T00:00:11Z", "2026-02-01T00:05:00Z", "2026-04-01T00:00:00Z"])
    expect(await before(start)).toEqual(mark);
  // The server's times are whole seconds: what may have been before the command counts as after it.
  for (const start of ["2026-02-01T00:00:10.990Z", "2026-02-01T00:00:10Z", "2026-01-31T23:00:00Z"])
    expect(await before(start)).toEqual({ text: undefined });
  expect(await markBefore(client, config, unknown, {})).toEqual(mark);
});

test("what canaryctl says was there before its command goes before what is there now; nothing said is no rollback", async () => {
  const client = new FakeApiServer();
  await client.apply(`/api/v1/namespaces/${config.namespace}`, {}, "test");
  await noteRollback(client, config);
  const now = await rollbackMark(client, config);
  expect(now?.text).toMatch(/^20/);
  expect(await markBefore(client, config, unknown, {})).toEqual(now);
  expect(await markBefore(client, config, unknown, { CANARY_LAB_ROLLED_BACK: "" })).toEqual({ text: undefined });
  expect(await markBefore(client, config, unknown, { CANARY_LAB_ROLLED_BACK: "then" })).toEqual({ text: "then" });
});
