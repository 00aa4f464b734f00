import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { markFile, marksIn } from "../../../../cluster/kind/commands.ts";
import { beside, byHand, isLeftAlone, isNobodys, loseFolder, refusal, running } from "./checkouts.ts";
import { FakeDocker } from "./fake-docker.ts";

const noteFile = (docker: FakeDocker) => join(docker.home, "kind.json");
const note = (docker: FakeDocker) => JSON.parse(readFileSync(noteFile(docker), "utf8"));

/** A checkout whose `up` was killed while kind made the cluster. */
async function halfMade(): Promise<FakeDocker> {
  const docker = Object.assign(new FakeDocker(), { killedAt: "kind create" as const });
  await expect(docker.up()).rejects.toThrow("Killed");
  return Object.assign(docker, { killedAt: undefined });
}

describe("a kind cluster that was finished", () => {
  test("is never made anew: where its node cannot be read, up and down refuse and name what to run", async () => {
    const docker = await running();
    docker.copyFault = "Error response from daemon: error while creating mount source path";
    await isLeftAlone(docker, /its node cannot be read: docker cp failed: Error response from daemon/);
    expect((await refusal(docker.down())).next).toBe(`npx canaryctl down\n${byHand} && npx canaryctl down`);
    docker.copyFault = "";
    await docker.up();
  });

  test("is never made anew where it lost its mark, or has a part of it", async () => {
    const docker = await running();
    const mark = docker.box().files[markFile] ?? "";
    docker.box().files[markFile] = mark.slice(0, -1);
    await isLeftAlone(docker, /its node does not say which lab made it/);
    delete docker.box().files[markFile];
    await isLeftAlone(docker, /its node does not say which lab made it/);
    expect((await refusal(docker.down())).next).toBe(`${byHand} && npx canaryctl down`);
  });

  test("is this checkout's also after one was made in another Docker daemon, as that of another context", async () => {
    const docker = await running();
    const elsewhere = Object.assign(new FakeDocker(), { home: docker.home });
    await elsewhere.up();
    await docker.check();
    await docker.up();
    expect(docker.made("kind create")).toEqual([]);
  });

  test("and was deleted by hand leaves the name to a cluster of somebody else's, which is left alone", async () => {
    const docker = await running();
    docker.boxes.delete("canary-lab-control-plane");
    docker.makeForeignCluster({ "30080/tcp": 30080 });
    await isLeftAlone(docker, /its node does not say which lab made it/);
  });
});

describe("that a cluster is being made", () => {
  test("is noted before, by its ports, and no longer once its node is marked", async () => {
    const docker = await halfMade();
    expect(note(docker)).toEqual({ id: expect.any(String), making: { apiServer: 40123, gateway: 30080 } });
    await docker.up();
    expect(note(docker)).toEqual({ id: expect.any(String) });
  });

  test("is not noted any more where its node was marked, and the one that did it was killed", async () => {
    const docker = await running();
    writeFileSync(noteFile(docker), JSON.stringify({ ...note(docker), making: { apiServer: 40123, gateway: 30080 } }));
    await docker.up();
    expect(docker.made("kind create")).toEqual([]);
    expect(note(docker)).toEqual({ id: expect.any(String) });
  });

  test("where kind could not, is said of no cluster that comes after it", async () => {
    const docker = new FakeDocker();
    docker.taken.add(40123);
    await expect(docker.up()).rejects.toThrow("listen tcp4 127.0.0.1:40123: bind: address already in use");
    docker.makeForeignCluster({ "30080/tcp": 30080 });
    await isLeftAlone(docker, /its node does not say which lab made it/);
    docker.boxes.clear();
    docker.taken.clear();
    await docker.up();
  });

  test.each([
    ["another port for the API server", { "30080/tcp": 30080 }],
    ["another port for the gateway", { "6443/tcp": 40123, "30081/tcp": 30081 }],
    ["one port more", { "6443/tcp": 40123, "30080/tcp": 30080, "80/tcp": 8080 }],
  ])("is said of no cluster with %s", async (_, ports) => {
    const docker = await halfMade();
    docker.boxes.clear();
    docker.makeForeignCluster(ports);
    await isLeftAlone(docker, /its node does not say which lab made it/);
  });

  test.each(["running", "exited", "created"])("lets down take an unfinished one away that is %s", async (status) => {
    const docker = await halfMade();
    docker.box().status = status;
    await docker.down();
    expect(docker.boxes.size).toBe(0);
    expect(existsSync(noteFile(docker))).toBe(false);
  });

  test("holds for another port of the gateway, too", async () => {
    const docker = await halfMade();
    await docker.check(30081);
    await docker.up(30081);
    expect(docker.box().ports).toHaveProperty("30081/tcp");
  });

  test("in another checkout is its own affair", async () => {
    const here = beside(await halfMade());
    await isNobodys(here);
  });

  test("and is not where the .lab of that is gone, or its node cannot be read", async () => {
    const docker = await halfMade();
    docker.copyFault = "Error response from daemon: error while creating mount source path";
    await isLeftAlone(docker, /its node cannot be read/);
    docker.copyFault = "";
    loseFolder(docker);
    await isNobodys(docker);
  });
});

describe("a kind cluster whose .lab is gone", () => {
  test.each(["running", "paused", "exited"])(
    "is not continued without its state, and down takes it away, %s",
    async (status) => {
      const docker = await running();
      docker.box().status = status;
      loseFolder(docker);
      const error = await refusal(docker.check());
      expect(error.message).toContain("a lab whose folder .lab is gone is still there");
      expect(error.next).toBe("npx canaryctl down && npx canaryctl up");
      await docker.down();
      expect(docker.boxes.size).toBe(0);
      await docker.check();
      await docker.up();
    },
  );

  test("and that a host of another name made is taken away by hand alone", async () => {
    const docker = await running();
    loseFolder(docker);
    const { files } = docker.box();
    files[markFile] = files[markFile]?.replace(`"host":"${hostname()}"`, '"host":"laptop"') ?? "";
    await isLeftAlone(docker, /made on host laptop/);
    expect((await refusal(docker.down())).next).toBe(`${byHand} && npx canaryctl down`);
  });
});

describe("a kind cluster that is not the lab's", () => {
  test.each([
    ["before 23", (container: string, path: string) => `Error: No such container:path: ${container}:${path}`],
    [
      "since 23",
      (container: string, path: string) =>
        `Error response from daemon: Could not find the file ${path} in container ${container}`,
    ],
  ])(
    "and that somebody made by hand is left alone, by up and by down, in the words of Docker %s",
    async (_, noFile) => {
      const docker = Object.assign(new FakeDocker(), { noFile });
      docker.makeForeignCluster();
      await isNobodys(docker);
    },
  );

  test("but another checkout's", async () => {
    const docker = await running();
    const here = beside(docker);
    const { message, place } = await refusal(here.check());
    expect(message).toContain("The kind cluster of another checkout is up");
    expect(place).toBe(`${docker.home} on ${hostname()}`);
    await here.down();
    expect(here.boxes.size).toBe(1);
    expect(here.said).toEqual(["The kind cluster in Docker is not this checkout's: it stays."]);
  });

  test("but another checkout's, which was moved since", async () => {
    const docker = await running();
    const moved = `${docker.home}-moved`;
    renameSync(docker.home, moved);
    Object.assign(docker, { home: moved });
    await docker.up();
    const here = beside(docker);
    expect((await refusal(here.check())).message).toContain("The kind cluster of another checkout is up");
    await here.down();
    expect(here.boxes.size).toBe(1);
  });

  test("but another user's, whose note cannot be read", async () => {
    const docker = await running();
    // What root may read as well: a folder in the place of the note fails for everybody, as a note without the right to read does.
    rmSync(noteFile(docker));
    mkdirSync(noteFile(docker));
    const here = beside(docker);
    expect((await refusal(here.check())).message).toContain("The kind cluster of another checkout is up");
    await here.down();
    expect(here.boxes.size).toBe(1);
  });
});

test("a mark is read out of an archive, and one that ends early is none", () => {
  const mark = { id: "4f1c", home: "/home/user/{lab}/.lab", host: "laptop" };
  const line = JSON.stringify(mark);
  expect(marksIn(`canary-lab.json\0 644\0${line}\n\0`)).toEqual([mark]);
  expect(marksIn(`canary-lab.json\0 644\0${line.slice(0, -12)}\0`)).toEqual([]);
  expect(marksIn("")).toEqual([]);
});
