import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import type { FileState } from "../../../../canaryctl/src/engine/file-state.ts";
import { forgetLostCluster } from "../../../../canaryctl/src/engine/lost-cluster.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { fakeLab } from "../fake-lab.ts";

const cluster: ClusterClient = {
  get: async <T>() => ({ metadata: { uid: "new" } }) as T,
  patch: () => Promise.reject(new Error("not here")),
  apply: () => Promise.reject(new Error("not here")),
};

/** A lab with a state, in the cluster "new"; `known` is what the last `up` saw. */
function labIn(target: Lab["environment"]["target"], known?: string) {
  const state: Pick<FileState, "exists"> = { exists: () => true };
  const { lab, log } = fakeLab({ state: state as FileState });
  const file = join(mkdtempSync(join(tmpdir(), "identity-")), "cluster-identity");
  if (known !== undefined) writeFileSync(file, `${known}\n`);
  const forget = () =>
    forgetLostCluster({ ...lab, cluster, environment: { ...lab.environment, target } }, () => {}, file);
  return { forget, log, file };
}

describe("forgetLostCluster", () => {
  test("forgets the state of another cluster, and remembers this one", async () => {
    const { forget, log, file } = labIn("embedded", "old");
    await forget();
    await forget();
    expect(log).toEqual(["removeStack"]);
    expect(readFileSync(file, "utf8")).toBe("new\n");
  });

  test("keeps the state of this one, and where nothing was known yet", async () => {
    for (const known of ["new", undefined]) {
      const { forget, log } = labIn("embedded", known);
      await forget();
      expect(log).toEqual([]);
    }
  });

  test("never forgets what is in a cluster of the user's own", async () => {
    const { forget, log } = labIn("existing", "old");
    await forget();
    expect(log).toEqual([]);
  });
});
