import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { dockerVariables, reasonIn } from "../../../../cluster/docker.ts";
import { nodeImage, pointNodeAtRegistry, renderKindConfig } from "../../../../cluster/kind/commands.ts";
import { containers, FakeDocker, refusal, running } from "./fake-docker.ts";

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

  test("takes the images that were built for its registry, and none of the user's", async () => {
    const docker = await running();
    const own = ["my-app:1", "versioned-echo-mine:v1", "team/versioned-echo:v1"].map(
      (image) => `localhost:5001/${image}`,
    );
    const built = ["localhost:5001/versioned-echo:v1", "localhost:5001/load-client:v1"];
    docker.images = [...own, ...built, "localhost:5001/versioned-echo:<none>"];
    await docker.down();
    expect(docker.done.at(-1)).toBe(`docker image rm ${built.join(" ")}`);
  });

  test("removes no image where only the user's are there", async () => {
    const docker = await running();
    docker.images = ["localhost:5001/my-app:1"];
    await docker.down();
    expect(docker.made("docker image rm")).toEqual([]);
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
  const [, write] = pointNodeAtRegistry("canary-lab-worker", "localhost:5001", {
    id: "4f1c",
    home: "/home/user/lab/.lab",
    host: "laptop",
  });
  expect(write?.args.slice(0, 3)).toEqual(["exec", "-i", "canary-lab-worker"]);
  expect(write?.input).toBe(
    '[host."http://canary-lab-registry:5000"]\n# canary-lab {"id":"4f1c","home":"/home/user/lab/.lab","host":"laptop"}\n',
  );
});
