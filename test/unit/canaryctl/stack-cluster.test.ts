import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { FileState } from "../../../canaryctl/src/engine/file-state.ts";
import type { ExportedState } from "../../../canaryctl/src/engine/pending.ts";
import type { Lab } from "../../../canaryctl/src/lab.ts";
import {
  clusterAfterOthers,
  clusterOfStack,
  refuseOtherCluster,
  settleCluster,
} from "../../../canaryctl/src/stack-cluster.ts";
import { stackAnnotation } from "../../../components/workload/render-application.ts";
import { type KnownCluster, noteCluster, readRecords } from "../../../stacks/lab-records.ts";
import { readingClient } from "../stacks/live/fake-client.ts";
import { fakeLab } from "./fake-lab.ts";

const cluster = readingClient(async <T>() => ({ metadata: { uid: "new" } }) as T);

/** A lab in the cluster "new"; `known` is what the last `up` of each stack saw. */
function labIn(target: Lab["environment"]["target"], known?: Readonly<Record<string, KnownCluster>>, hasState = true) {
  const state: Pick<FileState, "exists" | "read"> = { exists: () => hasState, read: () => undefined };
  const { lab: fake, log } = fakeLab({ state: state as FileState });
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  for (const [stack, cluster] of Object.entries(known ?? {})) noteCluster(stack, cluster, folder);
  const lab: Lab = { ...fake, cluster, environment: { ...fake.environment, target, kubeContext: "here" } };
  const settle = async () => {
    const found = await clusterOfStack(lab, folder);
    refuseOtherCluster(lab, found);
    await settleCluster(lab, found, () => {}, folder);
  };
  return { settle, log, noted: (stack: string) => readRecords(folder).stacks[stack]?.cluster };
}

const before = { dev: { uid: "old", kubeContext: "here" } };

describe("the cluster of a stack", () => {
  test("that the lab made and lost: its state is forgotten, once, and no other stack's note is touched", async () => {
    const prod = { uid: "old", kubeContext: "here" };
    const { settle, log, noted } = labIn("embedded", { ...before, prod });
    await settle();
    await settle();
    expect(log).toEqual(["removeStack"]);
    expect([noted("dev"), noted("prod")]).toEqual([{ uid: "new", kubeContext: "here" }, prod]);
  });

  test("that is this one, or is not known, or holds nothing: the state stays", async () => {
    const same = labIn("embedded", { dev: { uid: "new", kubeContext: "here" } });
    for (const { settle, log } of [same, labIn("embedded"), labIn("existing"), labIn("existing", before, false)]) {
      await settle();
      expect(log).toEqual([]);
    }
  });

  test("of the user's own that is another one is refused, with both and the ways out", async () => {
    const { settle, log, noted } = labIn("existing", { dev: { uid: "old", kubeContext: "there" } });
    await expect(settle()).rejects.toMatchObject({
      message: "Stack dev is in the cluster of context there, and this is the cluster of context here.",
      next: "npx canaryctl config set kubeContext there\nnpx canaryctl down\nnpx canaryctl down --forget",
    });
    expect([log, noted("dev")?.uid]).toEqual([[], "old"]);
  });

  test("of the user's own that was made anew is refused, by the same context", async () => {
    const { settle } = labIn("existing", before);
    await expect(settle()).rejects.toMatchObject({
      message: expect.stringMatching(/made anew/),
      next: "npx canaryctl down --forget",
    });
  });

  describe("that no up noted here is known by the state", () => {
    const stateIn = (context: string): ExportedState => ({
      version: 3,
      deployment: {
        resources: [
          { urn: "p", type: "pulumi:providers:kubernetes", inputs: { context } },
          {
            urn: "n",
            type: "kubernetes:core/v1:Namespace",
            id: "shop",
            inputs: { metadata: { annotations: { [stackAnnotation]: "organization/canary-lab/dev" } } },
          },
        ],
      } as ExportedState["deployment"],
    });
    const found = (context: string, owner?: string) => {
      const { lab: fake } = fakeLab({ state: { exists: () => true, read: () => stateIn(context) } as FileState });
      const metadata = { name: "shop", annotations: { [stackAnnotation]: owner } };
      const there = readingClient(async <T>() => (owner === undefined ? undefined : { metadata }) as T);
      const lab: Lab = {
        ...fake,
        cluster: there,
        environment: { ...fake.environment, target: "embedded", kubeContext: "here" },
      };
      return { lab, found: clusterOfStack(lab, mkdtempSync(join(tmpdir(), "lab-"))) };
    };

    test("by the context's name, or by its namespace where this machine has another name for it", async () => {
      expect(await found("here").found).toBe("unknown");
      expect(await found("there", "organization/canary-lab/dev").found).toBe("unknown");
    });

    test.each([
      ["a folder's, anew, for others may have been waited for", true, 2],
      ["a store's, once", false, 1],
    ])("read after others were waited for: %s", async (_case, isFolder, reads) => {
      let read = 0;
      const state = () => {
        read += 1;
        return stateIn("here");
      };
      const { lab: fake } = fakeLab();
      const lab: Lab = {
        ...fake,
        state: isFolder ? ({ exists: () => true, read: state } as FileState) : undefined,
        engine: { ...fake.engine, exportState: async () => state() },
      };
      const folder = mkdtempSync(join(tmpdir(), "lab-"));
      const before = await clusterOfStack(lab, folder);
      expect(await clusterAfterOthers(lab, before, folder)).toEqual(before);
      expect(read).toBe(reads);
    });

    test.each([undefined, "organization/canary-lab/prod"])(
      "another one, with a namespace of %s, is refused whatever the target is",
      async (owner) => {
        const { lab, found: other } = found("there", owner);
        expect(await other).toEqual({ other: { kubeContext: "there" } });
        expect(() => refuseOtherCluster(lab, { other: { kubeContext: "there" } })).toThrow(
          "Stack dev is in the cluster of context there, and this is the cluster of context here.",
        );
      },
    );
  });
});
