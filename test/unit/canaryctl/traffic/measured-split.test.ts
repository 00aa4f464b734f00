import { describe, expect, test } from "@jest/globals";
import type { Release } from "../../../../canaryctl/src/strategies/strategy.ts";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { measureSplit } from "../../../../canaryctl/src/traffic/measured-split.ts";
import { splitTable } from "../../../../canaryctl/src/traffic/report.ts";
import { splitFault } from "../../../../canaryctl/src/traffic/split-fault.ts";
import type { PodExec } from "../../../../stacks/live/proxies/exec.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";
import { fakeLab } from "../fake-lab.ts";
import { countedPods, counting as pod } from "./counting-client.ts";

const pods = countedPods();

const measuring = { requests: 400, say: () => {} };

const { lab } = fakeLab({ configWeight: 10, objects: pods });
const strategy = await configuredStrategy(lab);

describe("measureSplit", () => {
  test("measures once the sidecar sends by the weight", async () => {
    const client = pod([0, 50, 10], [{ v1: 362, v2: 38 }]);
    expect((await measureSplit(client, lab, strategy, measuring)).isAsWanted).toBe(true);
    expect(client.dumps()).toBe(3);
    expect(client.runs).toEqual(["400"]);
  });

  test("measures anew, when all requests are answered, where some failed", async () => {
    const client = pod(
      [10],
      [
        { v1: 352, v2: 38, failed: 10 },
        { v1: 90, failed: 10 },
        { v1: 92, v2: 8 },
        { v1: 362, v2: 38 },
      ],
    );
    expect((await measureSplit(client, lab, strategy, measuring)).isAsWanted).toBe(true);
    expect(client.runs).toEqual(["400", "100", "100", "400"]);
  });

  test("what looks wrong is not measured again, and is the verdict", async () => {
    const client = pod(
      [10],
      [
        { v1: 300, v2: 100 },
        { v1: 362, v2: 38 },
      ],
    );
    const verdict = await measureSplit(client, lab, strategy, measuring);
    expect(verdict).toMatchObject({ isAsWanted: false, answered: 400 });
    expect(client.runs).toEqual(["400"]);
  });

  test("any image is counted, and one on both sides too", async () => {
    const image = "ghcr.io/stefanprodan/podinfo:6.9.1";
    const { lab } = fakeLab({ changes: { stableImage: image, canaryImage: image }, objects: pods });
    const verdict = await measureSplit(pod([10], [{ v1: 362, v2: 38 }]), lab, strategy, measuring);
    expect(verdict).toMatchObject({
      isAsWanted: true,
      sides: [
        { version: "6.9.1 (stable)", seen: 362 },
        { version: "6.9.1 (canary)", seen: 38 },
      ],
    });
  });

  test("what is asked for is what the service says", async () => {
    const service = '{"request": {"path": "/echo?x=1", "method": "POST"}}';
    const { lab } = fakeLab({ changes: { service }, objects: pods });
    const client = pod([10], [{ v1: 362, v2: 38 }]);
    const commands: string[] = [];
    const exec: PodExec = (container, command) => {
      if (container === "client") commands.push(command.slice(2).join(" "));
      return client.exec(container, command);
    };
    await measureSplit({ ...client, exec }, lab, strategy, measuring);
    expect(commands).toEqual([expect.stringMatching(/^--url http:\/\/versioned-echo\/echo\?x=1 --method POST /)]);
  });

  test("where pods share, they are told apart by their ReplicaSets", async () => {
    const release = { expected: shareOf(50), canaryPods: ["a"], names: { stable: "6.9.1", canary: "6.9.2" } };
    const shared = { ...strategy, read: async () => release as unknown as Release };
    const rollout = fakeLab({ configWeight: 10, changes: { strategy: "rollout-canary" }, objects: pods }).lab;
    const { sides } = await measureSplit(pod([10], [{ v1: 190, v2: 210 }]), rollout, shared, measuring);
    expect(sides.map(({ seen }) => seen)).toEqual([210, 190]);
  });

  test("a canary whose pods leave the Service meanwhile keeps its answers", async () => {
    const client = pod([10], [{ v1: 362, v2: 38, isCanaryGone: true }]);
    expect(await measureSplit(client, lab, strategy, measuring)).toMatchObject({ isAsWanted: true, untold: 0 });
  });

  test("where pods that are gone take their counts along it is measured anew, and then said", async () => {
    const ratio = fakeLab({ configWeight: 10, changes: { strategy: "replica-ratio" }, objects: pods }).lab;
    const gone = { v1: 362, v2: 38, isCanaryGone: true };
    const client = pod([10], [gone]);
    const verdict = await measureSplit(client, ratio, strategy, measuring);
    expect(client.runs).toEqual(["400", "400"]);
    expect(verdict).toMatchObject({ answered: 362, untold: 38, failed: 0, isAsWanted: false });
    expect(splitFault(verdict, ratio)?.message).toBe(
      "The split is not known: 38 answers were counted for neither v1 nor v2, so the shares are not known.",
    );
    expect(splitTable(verdict).slice(2)).toEqual([
      "  v1       90 %    -     362       -                  not known",
      "  v2       10 %    -     0         -                  not known",
      "  38 answers were counted for neither v1 nor v2, so the shares are not known",
    ]);
  });

  test("errors that pods answer are not waited for: it says how many there are, and whose", async () => {
    const client = pod([10], [{ v1: 360, v2: 28, failed: 12, status: 500 }]);
    const verdict = await measureSplit(client, lab, strategy, measuring);
    expect(client.runs).toEqual(["400", "400"]);
    expect(splitFault(verdict, lab)?.toPlainText()).toBe(
      [
        "12 of 400 requests failed: 12 of v2.",
        "  next:    npx canaryctl rollback",
        "  or:      npx canaryctl faults canary --none",
        "  or:      kubectl -n canary-lab get pods",
      ].join("\n"),
    );
  });

  test("copies that a canary gets beside are no answers", async () => {
    const changes = { strategy: "rollout-canary", rolloutCanary: '{"mirrorPercent": 20}' };
    const mirrored = fakeLab({ configWeight: 0, changes, objects: pods }).lab;
    const client = pod([0], [{ v1: 400, copies: 80 }]);
    expect(await measureSplit(client, mirrored, strategy, measuring)).toMatchObject({
      isAsWanted: true,
      answered: 400,
    });
  });

  test("a canary with a share gets none: what is answered beside is another load, by the same weights", async () => {
    const changes = { strategy: "rollout-canary", rolloutCanary: '{"mirrorPercent": 20}' };
    const mirrored = fakeLab({ configWeight: 10, changes, objects: pods }).lab;
    const answers = { v1: 362, v2: 38 };
    const client = pod([10], [answers]);
    const beside: typeof client.exec = async (container, command) => {
      const printed = await client.exec(container, command);
      if (!command.includes("--requests")) return printed;
      await client.exec(container, command); // another 400 requests, which nobody here has sent
      return printed;
    };
    expect(await measureSplit({ ...client, exec: beside }, mirrored, strategy, measuring)).toMatchObject({
      isAsWanted: true,
      answered: 800,
    });
  });

  test("a release that is finished has one side, and every answer is its own", async () => {
    const changes = { stableImage: "versioned-echo:v2", canaryEnabled: false };
    const finished = fakeLab({ configWeight: 0, changes, objects: pods }).lab;
    const client = pod([0], [{ v1: 400 }]); // in the slot v1
    expect(await measureSplit(client, finished, strategy, measuring)).toMatchObject({
      isAsWanted: true,
      failed: 0,
    });
  });
});
