import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { beside, byHand, isLeftAlone, loseFolder, refusal, running } from "./checkouts.ts";
import type { FakeDocker } from "./fake-docker.ts";

const registry = "canary-lab-registry";
const id = "4f1c";

/** The lab as an earlier version of it left it, with a registry beside the node. */
async function former(): Promise<FakeDocker> {
  const docker = await running();
  docker.makeFormer(id);
  writeFileSync(join(docker.home, "kind.json"), JSON.stringify({ id }));
  return docker;
}

describe("a kind cluster of an earlier version", () => {
  test("is not used, and down takes all of it away", async () => {
    const docker = await former();
    for (const command of ["check", "up"] as const) {
      expect(await refusal(docker[command]())).toMatchObject({
        message: "The kind cluster is of an earlier version of the lab, which put a registry beside it.",
        place: `Docker container canary-lab-control-plane, ${registry}`,
        next: "npx canaryctl down && npx canaryctl up",
      });
    }
    expect(docker.done).toEqual([]);
    await docker.down();
    expect(docker.boxes.size).toBe(0);
    await docker.check();
    await docker.up();
  });

  test.each(["whole", "without its node"])("whose .lab is gone is taken away, %s", async (which) => {
    const docker = await former();
    if (which === "without its node") docker.boxes.delete("canary-lab-control-plane");
    loseFolder(docker);
    expect((await refusal(docker.check())).message).toContain("a lab whose folder .lab is gone is still there");
    await docker.down();
    expect(docker.boxes.size).toBe(0);
  });

  test("in another checkout is left alone", async () => {
    const here = beside(await former());
    expect((await refusal(here.check())).message).toContain("The kind cluster of another checkout is up");
    await here.down();
    expect(here.boxes.size).toBe(2);
  });

  test("is left alone where its node is of another lab, of somebody else's, or was not finished", async () => {
    const docker = await former();
    docker.box(registry).labels["canary-lab.id"] = "another";
    await isLeftAlone(docker, /its containers are of different labs/);
    docker.box(registry).labels["canary-lab.id"] = id;
    docker.boxes.delete("canary-lab-control-plane");
    docker.makeForeignCluster({ "30080/tcp": 30080 });
    writeFileSync(join(docker.home, "kind.json"), JSON.stringify({ id, isMaking: true }));
    await isLeftAlone(docker, /its node does not say which lab made it/);
    expect((await refusal(docker.down())).next).toBe(`${byHand} ${registry} && npx canaryctl down`);
    rmSync(join(docker.home, "kind.json"));
    expect((await refusal(docker.check())).message).toContain("without the mark of a lab");
  });
});
