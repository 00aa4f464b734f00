import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { dockerVariables, reasonIn } from "../../../cluster/docker.ts";
import { nodeImage, pointNodeAtRegistry, renderKindConfig } from "../../../cluster/kind-commands.ts";
import { FakeDocker } from "./fake-docker.ts";

async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error;
}
const containers = (docker: FakeDocker) => [docker.box().id, docker.box("canary-lab-registry").id];

async function running(): Promise<FakeDocker> {
  const docker = new FakeDocker();
  await docker.check();
  await docker.up();
  docker.done.length = 0;
  return docker;
}

describe("a kind cluster", () => {
  test("is made with its registry, which listens on loopback and is known to the nodes", async () => {
    const docker = new FakeDocker();
    const environment = await docker.up();
    expect(docker.made("docker run")).toEqual([
      expect.stringMatching(
        /^docker run --detach --restart=unless-stopped --publish 127\.0\.0\.1:5001:5000 --network bridge --label .* --name canary-lab-registry registry:3\.0\.0$/,
      ),
    ]);
    expect(docker.made("kind create cluster --name canary-lab --kubeconfig ")).toHaveLength(1);
    expect(docker.made("docker network connect kind canary-lab-registry")).toHaveLength(1);
    expect(docker.made("/etc/containerd/certs.d/localhost:5001/hosts.toml")).toHaveLength(1);
    expect(environment).toMatchObject({
      target: "kind",
      reason: "Docker answers",
      kubeContext: "kind-canary-lab",
      imageRegistry: "localhost:5001",
    });
  });

  test("that is there is taken as it is", async () => {
    const docker = await running();
    const before = containers(docker);
    await docker.check();
    await docker.up();
    expect(containers(docker)).toEqual(before);
    for (const made of ["docker run", "docker rm", "kind create", "network connect"])
      expect(docker.made(made)).toEqual([]);
    expect(docker.made("kind export kubeconfig --name canary-lab")).toHaveLength(1);
  });

  test.each([
    ["stopped", "exited", "start"],
    ["paused", "paused", "unpause"],
  ])("that is %s is started and waited for, and all that is in it stays", async (_, status, command) => {
    const docker = await running();
    const before = containers(docker);
    for (const box of docker.boxes.values()) box.status = status;
    await docker.check();
    await docker.up();
    expect(containers(docker)).toEqual(before);
    expect(docker.made(`docker ${command} canary-lab-control-plane`)).toHaveLength(1);
    expect(docker.said).toEqual([`Docker container canary-lab-control-plane is ${status}: starting it.`]);
    expect(docker.seconds).toBeGreaterThanOrEqual(8.4);
  });

  test("that boots after a restart of Docker is waited for", async () => {
    const docker = await running();
    const before = containers(docker);
    docker.reboot();
    await docker.up();
    expect(containers(docker)).toEqual(before);
    expect(docker.seconds).toBeGreaterThanOrEqual(8.4);
  });

  test("that does not become ready is refused, and stays", async () => {
    const docker = await running();
    docker.box().isWhole = false;
    expect(await refusal(docker.up())).toMatchObject({
      message: "The kind cluster is there, and its API server was not ready within 180 s.",
      next: "docker logs --tail 50 canary-lab-control-plane\nnpx canaryctl down && npx canaryctl up",
    });
    expect(docker.boxes.has("canary-lab-control-plane")).toBe(true);
  });

  test("whose making was killed is made anew, which is said", async () => {
    const docker = new FakeDocker();
    docker.isKilled = true;
    await expect(docker.up()).rejects.toThrow("Killed");
    const before = docker.box().id;
    docker.isKilled = false;
    await docker.check();
    await docker.up();
    expect(docker.box().id).not.toBe(before);
    expect(docker.said).toEqual(["An earlier `up` did not end making the kind cluster: it is made anew."]);
  });

  test("has its node image pulled by Docker, and says what to look at where that fails", async () => {
    const docker = Object.assign(new FakeDocker(), { hasNodeImage: false });
    await docker.up();
    expect(docker.done[0]).toBe(`docker pull --quiet ${nodeImage}`);
    const offline = Object.assign(new FakeDocker(), { hasNodeImage: false, pulls: false });
    expect(await refusal(offline.up())).toMatchObject({
      message: "Docker cannot pull kind's node image. docker pull failed: TLS handshake timeout",
      next: `docker pull ${nodeImage}`,
    });
    expect(offline.boxes.size).toBe(0);
  });
});

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

  test("is not the port of kind's own guide for a registry: another one is taken, and kept", async () => {
    const docker = new FakeDocker();
    docker.taken.add(5001);
    await docker.check();
    expect((await docker.up()).imageRegistry).toBe("localhost:5002");
    docker.taken.delete(5001);
    expect((await docker.up()).imageRegistry).toBe("localhost:5002");
  });

  test("is not a port that somebody took while the registry was stopped", async () => {
    const docker = await running();
    docker.box("canary-lab-registry").status = "exited";
    docker.taken.add(5001);
    await docker.check();
    expect((await docker.up()).imageRegistry).toBe("localhost:5002");
    expect(docker.made("certs.d/localhost:5002/hosts.toml")).toHaveLength(1);
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

  test("is a cluster of somebody else's with the lab's name: it is left alone, by up and by down", async () => {
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

  test("is the kind cluster of another checkout", async () => {
    const docker = await running();
    const here = new FakeDocker();
    for (const [name, box] of docker.boxes) here.boxes.set(name, box);
    const { message, place } = await refusal(here.check());
    expect(message).toContain("The kind cluster of another checkout is up");
    expect(place).toBe(`${docker.home} on ${hostname()}`);
    await here.down();
    expect(here.boxes.size).toBe(2);
    expect(here.said).toEqual(["The kind cluster in Docker is not this checkout's: it stays."]);
  });
});

describe("a kind cluster whose .lab is gone", () => {
  test("is not continued without its state, and down takes it away", async () => {
    const docker = await running();
    rmSync(docker.home, { recursive: true });
    mkdirSync(docker.home);
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
    docker.boxes.delete("canary-lab-registry");
    await docker.check();
    await docker.up();
    expect(docker.made("kind create")).toEqual([]);
    expect(docker.made("docker network connect kind canary-lab-registry")).toHaveLength(1);
    docker.boxes.delete("canary-lab-registry");
    rmSync(docker.home, { recursive: true });
    await docker.down();
    expect(docker.boxes.size).toBe(0);
  });

  test("of an older version, which left no label, is that of the folder that has its kubeconfig", async () => {
    const docker = await running();
    for (const label of Object.keys(docker.box("canary-lab-registry").labels))
      delete docker.box("canary-lab-registry").labels[label];
    rmSync(join(docker.home, "kind.json"));
    await docker.check();
    rmSync(join(docker.home, "kubeconfig"));
    expect((await refusal(docker.check())).message).toContain("whose folder .lab is gone");
  });
});

describe("down", () => {
  test("takes the nodes, then the registry, then the notes, and twice is no error", async () => {
    const docker = await running();
    await docker.down();
    expect(docker.done).toEqual([
      "docker rm --force --volumes canary-lab-control-plane",
      "docker rm --force --volumes canary-lab-registry",
    ]);
    expect([existsSync(join(docker.home, "kubeconfig")), existsSync(join(docker.home, "kind.json"))]).toEqual([
      false,
      false,
    ]);
    await docker.down();
    expect(docker.done).toHaveLength(2);
  });

  test("takes the images that were built for its registry, and is no failure where one stays", async () => {
    const docker = await running();
    docker.images = ["localhost:5001/versioned-echo:v1", "localhost:5001/versioned-echo:<none>"];
    await docker.down();
    expect(docker.done.at(-1)).toBe("docker image rm localhost:5001/versioned-echo:v1");
  });

  test("keeps the notes where Docker does not answer, so that the next one goes on", async () => {
    const docker = await running();
    docker.answers = false;
    expect(await refusal(docker.down())).toMatchObject({ first: "start Docker", next: "npx canaryctl down" });
    expect(existsSync(join(docker.home, "kind.json"))).toBe(true);
    docker.answers = true;
    await docker.down();
    expect(docker.boxes.size).toBe(0);
  });
});

describe("the daemon of a docker context", () => {
  test("is given to the engine's plugin, which knows no contexts", async () => {
    const docker = Object.assign(new FakeDocker(), { endpoint: "unix:///home/user/.colima/default/docker.sock" });
    expect((await docker.up()).variables).toEqual({ DOCKER_HOST: "unix:///home/user/.colima/default/docker.sock" });
  });

  test.each([
    ["a client that has none", async () => Promise.reject(new Error("docker: 'context' is not a docker command"))],
    ["a context without an address", async () => "<no value>\n"],
  ])("is left to the plugin with %s", async (_, run) => {
    expect(await dockerVariables(run)).toEqual({});
  });
});

test("a port that is taken is read out of what Docker says", () => {
  const said =
    "docker: Error response from daemon: driver failed programming external connectivity on endpoint canary-lab-registry (61f0): Error starting userland proxy: listen tcp4 127.0.0.1:5001: bind: address already in use.";
  expect(reasonIn(said)).toBe("listen tcp4 127.0.0.1:5001: bind: address already in use");
  expect(reasonIn("Error: Bind for 127.0.0.1:5001 failed: port is already allocated.")).toBe(
    "Bind for 127.0.0.1:5001 failed: port is already allocated",
  );
  expect(reasonIn("No such image")).toBe("No such image");
});

test("the config pins the node by digest and opens nothing beyond loopback", () => {
  expect(nodeImage).toMatch(/^kindest\/node:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  expect(parse(renderKindConfig(30080))).toEqual({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: { apiServerAddress: "127.0.0.1" },
    nodes: [
      {
        role: "control-plane",
        image: nodeImage,
        extraPortMappings: [{ containerPort: 30080, hostPort: 30080, listenAddress: "127.0.0.1" }],
      },
    ],
  });
});

test("in a node the registry's name leads to its container", () => {
  const [, write] = pointNodeAtRegistry("canary-lab-worker", "localhost:5001");
  expect(write?.args.slice(0, 3)).toEqual(["exec", "-i", "canary-lab-worker"]);
  expect(write?.input).toBe('[host."http://canary-lab-registry:5000"]\n');
});
