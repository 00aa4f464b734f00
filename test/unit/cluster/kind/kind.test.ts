import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { dockerVariables, reasonIn } from "../../../../cluster/docker.ts";
import { markFile, nodeImage, renderKindConfig } from "../../../../cluster/kind/commands.ts";
import { refusal, running } from "./checkouts.ts";
import { FakeDocker } from "./fake-docker.ts";

describe("a kind cluster", () => {
  test("is made without a container beside its node, and marked once it is made", async () => {
    const docker = new FakeDocker();
    const environment = await docker.up();
    expect(docker.done).toEqual([
      expect.stringMatching(/^kind create cluster --name canary-lab --kubeconfig /),
      `docker exec -i canary-lab-control-plane cp /dev/stdin ${markFile}`,
    ]);
    expect([...docker.boxes.keys()]).toEqual(["canary-lab-control-plane"]);
    expect(JSON.parse(docker.box().files[markFile] ?? "")).toEqual({
      id: JSON.parse(readFileSync(join(docker.home, "kind.json"), "utf8")).id,
      home: docker.home,
      host: hostname(),
    });
    expect(environment).toMatchObject({ target: "kind", reason: "Docker answers", kubeContext: "kind-canary-lab" });
    expect(environment).not.toHaveProperty("imageRegistry");
  });

  test("that is there is taken as it is", async () => {
    const docker = await running();
    const before = docker.box().id;
    await docker.check();
    await docker.up();
    expect(docker.box().id).toBe(before);
    expect(docker.done).toEqual([
      `kind export kubeconfig --name canary-lab --kubeconfig ${join(docker.home, "kubeconfig")}`,
    ]);
  });

  test.each([
    ["stopped", "exited", "start"],
    ["paused", "paused", "unpause"],
  ])("that is %s is started and waited for, and all that is in it stays", async (_, status, command) => {
    const docker = await running();
    const before = docker.box().id;
    for (const box of docker.boxes.values()) box.status = status;
    await docker.check();
    await docker.up();
    expect(docker.box().id).toBe(before);
    expect(docker.made(`docker ${command} canary-lab-control-plane`)).toHaveLength(1);
    expect(docker.said).toEqual([`Docker container canary-lab-control-plane is ${status}: starting it.`]);
    expect(docker.seconds).toBeGreaterThanOrEqual(8.4);
  });

  test("that boots after a restart of Docker is waited for", async () => {
    const docker = await running();
    const before = docker.box().id;
    docker.reboot();
    await docker.up();
    expect(docker.box().id).toBe(before);
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

  test.each(["kind create", "docker exec"] as const)(
    "whose making was killed in `%s` is made anew",
    async (killedAt) => {
      const docker = new FakeDocker();
      docker.killedAt = killedAt;
      await expect(docker.up()).rejects.toThrow("Killed");
      const before = docker.box().id;
      await docker.check();
      await expect(docker.up()).rejects.toThrow("Killed");
      expect(docker.box().id).not.toBe(before);
      docker.killedAt = undefined;
      await docker.check();
      await docker.up();
      expect(docker.made("kind create")).toHaveLength(3);
      expect(docker.said).toEqual(
        Array(2).fill("An earlier `up` did not end making the kind cluster: it is made anew."),
      );
    },
  );

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
  test("takes the node and the notes, and twice is no error", async () => {
    const docker = await running();
    await docker.down();
    expect(docker.done).toEqual(["docker rm --force --volumes canary-lab-control-plane"]);
    expect([existsSync(join(docker.home, "kubeconfig")), existsSync(join(docker.home, "kind.json"))]).toEqual([
      false,
      false,
    ]);
    await docker.down();
    expect(docker.done).toHaveLength(1);
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
    "docker: Error response from daemon: driver failed programming external connectivity on endpoint canary-lab-control-plane (61f0): Error starting userland proxy: listen tcp4 127.0.0.1:30080: bind: address already in use.";
  expect(reasonIn(said)).toBe("listen tcp4 127.0.0.1:30080: bind: address already in use");
  expect(reasonIn("Error: Bind for 127.0.0.1:30080 failed: port is already allocated.")).toBe(
    "Bind for 127.0.0.1:30080 failed: port is already allocated",
  );
  expect(reasonIn("No such image")).toBe("No such image");
});

test("the config pins the node by digest and opens nothing beyond loopback", () => {
  expect(nodeImage).toMatch(/^kindest\/node:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  expect(parse(renderKindConfig({ apiServer: 40123, gateway: 30080 }))).toEqual({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: { apiServerAddress: "127.0.0.1", apiServerPort: 40123 },
    nodes: [
      {
        role: "control-plane",
        image: nodeImage,
        extraPortMappings: [{ containerPort: 30080, hostPort: 30080, listenAddress: "127.0.0.1" }],
      },
    ],
  });
});
