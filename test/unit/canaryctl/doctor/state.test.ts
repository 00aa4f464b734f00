import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import { Reader } from "../../../../canaryctl/src/doctor/reader.ts";
import { readState } from "../../../../canaryctl/src/doctor/state.ts";
import { diagnose } from "../../../../canaryctl/src/doctor/table.ts";
import { FileState } from "../../../../canaryctl/src/engine/file-state.ts";
import { readingClient } from "../../stacks/live/fake-client.ts";
import { factsOf } from "./recorded.ts";

test("a damaged state is put back by the command that its finding prints", async () => {
  const root = mkdtempSync(join(tmpdir(), "state of "));
  const folder = join(root, ".pulumi/stacks/canary-lab");
  mkdirSync(folder, { recursive: true });
  const saved = JSON.stringify({ version: 3, checkpoint: { latest: { resources: [] } } });
  writeFileSync(join(folder, "dev.json.bak"), saved);
  writeFileSync(join(folder, "dev.json"), saved.slice(0, 40));
  const lab = { state: FileState.at(pathToFileURL(root).href, "dev"), cluster: readingClient(async () => undefined) };

  const state = await readState(lab, new Reader(lab.cluster));
  const [finding] = diagnose(factsOf({ facts: { state } }));
  expect(finding).toMatchObject({ id: "state-damaged", severity: "error" });
  expect(finding?.evidence.join("\n")).toMatch(/damaged: .*JSON[\s\S]*dev\.json\n[\s\S]*before the last update/);
  execFileSync("bash", ["-ec", finding?.mend[0] ?? "false"]);
  expect(lab.state?.read()).toMatchObject({ version: 3, deployment: { resources: [] } });
});
