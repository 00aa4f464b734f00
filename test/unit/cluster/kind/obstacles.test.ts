import { describe, expect, test } from "@jest/globals";
import { refusal, running } from "./checkouts.ts";
import { FakeDocker } from "./fake-docker.ts";

describe("what is in the way of a kind cluster", () => {
  test("is named at once, before anything is made", async () => {
    const docker = new FakeDocker();
    docker.problems = [
      {
        program: "kind",
        problem: "kind is not installed, and it cannot be fetched: no way",
        source: "kind, https://kind",
      },
    ];
    docker.taken.add(30080);
    const { message } = await refusal(docker.check());
    expect(message).toContain("2 things are in the way");
    expect(message).toContain("kind is not installed, and it cannot be fetched: no way");
    expect(message).toContain("Port 127.0.0.1:30080 is taken");
    docker.answers = false;
    const silent = await refusal(docker.check());
    expect(silent.message).toContain("3 things are in the way");
    expect(silent.message).toContain("Docker does not answer: Cannot connect to the Docker daemon");
    expect(silent.message).toContain("first:   start Docker");
    expect(docker.done).toEqual([]);
  });

  test("is a gateway port that is taken: a free one is named, by a command that sets it", async () => {
    const docker = new FakeDocker();
    for (const port of [30080, 30081, 30082]) docker.taken.add(port);
    expect(await refusal(docker.check())).toMatchObject({
      message: "Port 127.0.0.1:30080 is taken, and the ingress gateway is to answer there.",
      next: "npx canaryctl config set gatewayNodePort 30083 && npx canaryctl up",
    });
  });

  test("is a gateway port that the cluster was not made with", async () => {
    const docker = await running();
    expect(await refusal(docker.check(30081))).toMatchObject({
      message: "gatewayNodePort is 30081, and the kind cluster was made with 30080: a port cannot be added to it.",
      next: "npx canaryctl config set gatewayNodePort 30080 && npx canaryctl up\nnpx canaryctl down && npx canaryctl up",
    });
  });

  test("is not the gateway's port of a stack that stands on another's platform", async () => {
    const docker = new FakeDocker();
    await docker.up(30085);
    await docker.check("another's");
    await docker.up("another's");
    expect(docker.made("kind create")).toHaveLength(1);
    docker.boxes.delete("canary-lab-control-plane");
    const { message, next } = await refusal(docker.check("another's"));
    expect(message).toBe("The kind cluster is gone, and this stack does not install the platform that it stands on.");
    expect(next).toBe("npx canaryctl stack list");
    await refusal(docker.up("another's"));
    docker.answers = false;
    expect((await refusal(docker.check("another's"))).message).toMatch(/^Docker does not answer/);
    docker.answers = true;
    expect(docker.made("kind create")).toHaveLength(1);
  });

  test("is no port of a node that is paused, which has it still", async () => {
    const docker = await running();
    docker.box().status = "paused";
    await docker.check();
  });

  test("is no port of a cluster whose making did not end, for that is made anew", async () => {
    const docker = Object.assign(new FakeDocker(), { killedAt: "kind create" as const });
    await expect(docker.up()).rejects.toThrow("Killed");
    await docker.check();
    docker.taken.add(30081);
    expect((await refusal(docker.check(30081))).message).toContain("Port 127.0.0.1:30081 is taken");
  });

  test("is a port that somebody took while the node was stopped, which cannot have another one", async () => {
    const docker = await running();
    docker.box().status = "exited";
    docker.taken.add(40123);
    expect(await refusal(docker.check())).toMatchObject({
      message: "Port 127.0.0.1:40123 is taken, and the stopped kind cluster was made with it.",
      first: "end the program that listens there",
      next: "npx canaryctl up\nnpx canaryctl down && npx canaryctl up",
    });
    docker.taken.delete(40123);
    await docker.check();
  });
});
