import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { FakeDocker, refusal, running } from "./fake-docker.ts";

const registry = "canary-lab-registry";
const byHand = `docker rm --force --volumes canary-lab-control-plane ${registry}`;
const note = (docker: FakeDocker) => JSON.parse(readFileSync(join(docker.home, "kind.json"), "utf8"));

/** Another checkout beside the same Docker. */
function beside(docker: FakeDocker): FakeDocker {
  const here = new FakeDocker();
  for (const [name, box] of docker.boxes) here.boxes.set(name, box);
  return here;
}

/** The same Docker after all of the lab's `.lab` is gone. */
function loseFolder(docker: FakeDocker): void {
  rmSync(docker.home, { recursive: true });
  mkdirSync(docker.home);
}

function unlabel(docker: FakeDocker): void {
  for (const label of Object.keys(docker.box(registry).labels)) delete docker.box(registry).labels[label];
}

/** `up` and `down` refuse, and nothing is changed. */
async function isLeftAlone(docker: FakeDocker, message: string | RegExp): Promise<void> {
  const before = [...docker.boxes.keys()];
  docker.done.length = 0;
  for (const command of ["check", "up", "down"] as const) {
    const error = await refusal(docker[command]());
    expect(error.message).toMatch(message);
    expect(error.next).toContain(`&& npx canaryctl ${command === "check" ? "up" : command}`);
  }
  expect([...docker.boxes.keys()]).toEqual(before);
  expect(docker.done).toEqual([]);
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

  test("is never made anew where it lost the address of the registry", async () => {
    const docker = await running();
    docker.box().files = "";
    await isLeftAlone(docker, /it is not connected to the lab's registry/);
  });

  test("and was deleted by hand leaves the name to a cluster of somebody else's, which is left alone", async () => {
    const docker = await running();
    docker.boxes.delete("canary-lab-control-plane");
    docker.makeForeignCluster({ "30080/tcp": 30080 });
    await isLeftAlone(docker, /it is not connected to the lab's registry/);
    expect((await refusal(docker.down())).next).toContain(
      `docker rm --force --volumes ${registry} && npx canaryctl down`,
    );
  });
});

describe("that a cluster is being made", () => {
  test("is noted before, and no longer once its node knows the registry", async () => {
    const docker = new FakeDocker();
    docker.isKilled = true;
    await expect(docker.up()).rejects.toThrow("Killed");
    expect(note(docker)).toEqual({ id: expect.any(String), isMaking: true });
    docker.isKilled = false;
    await docker.up();
    expect(note(docker)).toEqual({ id: expect.any(String) });
  });

  test("is not noted any more where kind took its own node away: the next cluster of that name is not ours", async () => {
    const docker = Object.assign(new FakeDocker(), { createFails: true });
    await expect(docker.up()).rejects.toThrow("could not find a log line");
    expect(note(docker)).toEqual({ id: expect.any(String) });
    docker.makeForeignCluster({ "30080/tcp": 30080 });
    await isLeftAlone(docker, /it is not connected to the lab's registry/);
  });

  test("lets down take an unfinished one away", async () => {
    const docker = Object.assign(new FakeDocker(), { isKilled: true });
    await expect(docker.up()).rejects.toThrow("Killed");
    await docker.down();
    expect(docker.boxes.size).toBe(0);
  });

  test("in another checkout is its own affair", async () => {
    const docker = Object.assign(new FakeDocker(), { isKilled: true });
    await expect(docker.up()).rejects.toThrow("Killed");
    const here = beside(docker);
    expect((await refusal(here.up())).message).toContain("The kind cluster of another checkout is up");
    await here.down();
    expect(here.boxes.size).toBe(2);
  });
});

describe("a kind cluster whose .lab is gone", () => {
  test("is not continued without its state, and down takes it away", async () => {
    const docker = await running();
    loseFolder(docker);
    const error = await refusal(docker.check());
    expect(error.message).toContain("a lab whose folder .lab is gone is still there");
    expect(error.next).toBe("npx canaryctl down && npx canaryctl up");
    await docker.down();
    expect(docker.boxes.size).toBe(0);
    await docker.check();
    await docker.up();
  });

  test("is known by its node where the registry is gone, too", async () => {
    const docker = await running();
    docker.boxes.delete(registry);
    await docker.check();
    await docker.up();
    expect(docker.made("kind create")).toEqual([]);
    expect(docker.made("docker network connect kind canary-lab-registry")).toHaveLength(1);
    docker.boxes.delete(registry);
    rmSync(docker.home, { recursive: true });
    await docker.down();
    expect(docker.boxes.size).toBe(0);
  });

  test("and that a host of another name made is taken away by hand alone", async () => {
    const docker = await running();
    loseFolder(docker);
    docker.box(registry).labels["canary-lab.host"] = "laptop";
    docker.box().files = docker.box().files.replaceAll(`"host":"${hostname()}"`, '"host":"laptop"');
    await isLeftAlone(docker, /made on host laptop/);
    expect((await refusal(docker.down())).next).toBe(`${byHand} && npx canaryctl down`);
  });
});

describe("a kind cluster without a mark", () => {
  test("is taken away by nobody, its own checkout included", async () => {
    const docker = await running();
    docker.box().files = 'localhost/hosts.toml [host."http://canary-lab-registry:5000"]';
    docker.boxes.delete(registry);
    await isLeftAlone(docker, /no container of it says which lab made it/);
    await isLeftAlone(beside(docker), /no container of it says which lab made it/);
  });

  test("of an older version is known by its registry, and marked by the next up", async () => {
    const docker = await running();
    docker.box().files = 'localhost/hosts.toml [host."http://canary-lab-registry:5000"]';
    await docker.up();
    expect(docker.box().files).toContain(`# canary-lab {"id":"${note(docker).id}"`);
  });

  test("in its registry is left alone, and so is one whose node is of another lab", async () => {
    const docker = await running();
    const { labels } = docker.box(registry);
    const id = labels["canary-lab.id"] as string;
    labels["canary-lab.id"] = "another";
    await isLeftAlone(docker, /its containers are of different labs/);
    labels["canary-lab.id"] = id;
    unlabel(docker);
    await isLeftAlone(docker, /no label says which lab made its registry/);
  });
});

describe("a kind cluster that is not the lab's", () => {
  test("and that somebody made by hand is left alone, by up and by down", async () => {
    const docker = new FakeDocker();
    docker.makeForeignCluster();
    const { message, next } = await refusal(docker.check());
    expect(message).toBe('There is a kind cluster "canary-lab" that no lab made. It is left alone.');
    expect(next).toContain("npx canaryctl config set kubeContext kind-canary-lab && npx canaryctl up");
    await refusal(docker.up());
    await docker.down();
    expect(docker.boxes.size).toBe(1);
    expect(docker.done).toEqual([]);
  });

  test.each(["with its registry", "whose registry is gone"])("but another checkout's, %s", async (which) => {
    const docker = await running();
    if (which === "whose registry is gone") docker.boxes.delete(registry);
    const here = beside(docker);
    const { message, place } = await refusal(here.check());
    expect(message).toContain("The kind cluster of another checkout is up");
    expect(place).toBe(`${docker.home} on ${hostname()}`);
    await here.down();
    expect(here.boxes.size).toBe(docker.boxes.size);
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
    expect(here.boxes.size).toBe(2);
  });

  test("but another user's, whose note cannot be read", async () => {
    const docker = await running();
    // What root may read as well: a folder in the place of the note fails for everybody, as a note without the right to read does.
    rmSync(join(docker.home, "kind.json"));
    mkdirSync(join(docker.home, "kind.json"));
    const here = beside(docker);
    expect((await refusal(here.check())).message).toContain("The kind cluster of another checkout is up");
    await here.down();
    expect(here.boxes.size).toBe(2);
  });
});
