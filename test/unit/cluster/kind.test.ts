import type { Progress } from "@canary-lab/kit/progress";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { createKindTarget } from "../../../cluster/kind.ts";
import { type Command, nodeImage, pointNodeAtRegistry, renderKindConfig } from "../../../cluster/kind-commands.ts";
import { inLab } from "../../../cluster/lab-folder.ts";

const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };
const settings = { reason: "Docker answers", gatewayNodePort: 30080 };

/** Docker and kind as far as the lab sees them, with what they were asked to do. */
class Machine {
  readonly done: string[] = [];
  clusters: string[] = [];
  ready = true;
  registry = false;
  image = true;
  pulls = true;
  networks = "bridge";

  readonly run = async ({ file, args }: Command): Promise<string> => {
    const line = [file, ...args].join(" ");
    if (line === "kind get clusters") return this.clusters.join("\n");
    if (line.startsWith("kind get nodes")) return "canary-lab-control-plane\n";
    if (line.startsWith("docker ps")) return this.registry ? "4f1c\n" : "";
    if (line.startsWith("docker inspect")) return `${this.networks} `;
    if (line.endsWith("/readyz")) {
      if (!this.ready) throw new Error("the connection was refused");
      return "ok";
    }
    if (line.startsWith("docker image inspect") && !this.image) throw new Error("No such image");
    if (line.startsWith("docker image inspect") || line.startsWith("docker info")) return "sha256:4f1c";
    if (line.startsWith("docker pull") && !this.pulls) throw new Error("docker pull failed: TLS handshake timeout");
    this.done.push(line);
    if (line.startsWith("kind delete cluster")) this.clusters = [];
    return "";
  };
  up = () => createKindTarget(settings, this.run).up(progress, []);
  down = () => createKindTarget(settings, this.run).down(progress);
  made = (part: string) => this.done.filter((line) => line.includes(part));
}

describe("a kind cluster", () => {
  test("is made with its registry, which listens on loopback and is known to the nodes", async () => {
    const machine = new Machine();
    const environment = await machine.up();
    expect(machine.made("docker run")).toEqual([
      "docker run --detach --restart=unless-stopped --publish 127.0.0.1:5001:5000 --network bridge --name canary-lab-registry registry:3.0.0",
    ]);
    expect(machine.made("kind create cluster --name canary-lab --kubeconfig ")).toHaveLength(1);
    expect(machine.made("docker network connect kind canary-lab-registry")).toHaveLength(1);
    expect(machine.made("/etc/containerd/certs.d/localhost:5001/hosts.toml")).toHaveLength(1);
    expect(environment).toMatchObject({
      target: "kind",
      reason: "Docker answers",
      kubeContext: "kind-canary-lab",
      imageRegistry: "localhost:5001",
    });
  });

  test("that is there is taken as it is", async () => {
    const machine = Object.assign(new Machine(), {
      clusters: ["other", "canary-lab"],
      registry: true,
      networks: "bridge kind",
    });
    await machine.up();
    for (const made of ["docker run", "kind create", "kind delete", "network connect"])
      expect(machine.made(made)).toEqual([]);
    expect(machine.made("docker start canary-lab-registry")).toHaveLength(1);
    expect(machine.made("kind export kubeconfig --name canary-lab")).toHaveLength(1);
  });

  test("that a killed run left half-made is made again", async () => {
    const machine = Object.assign(new Machine(), { clusters: ["canary-lab"], ready: false });
    await machine.up();
    expect(
      machine
        .made("kind ")
        .filter((line) => line.startsWith("kind"))
        .map((line) => line.split(" ")[1]),
    ).toEqual(["delete", "create"]);
  });

  test("is refused without the programs that it takes, before anything is made", async () => {
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    try {
      await expect(createKindTarget(settings, new Machine().run).check([])).rejects.toThrow(
        "pulumi is not installed; docker is not installed; kind is not installed",
      );
    } finally {
      process.env.PATH = PATH;
    }
  });

  test("has its node image pulled by Docker, and says what to look at where that fails, before anything is made", async () => {
    const machine = Object.assign(new Machine(), { image: false });
    await machine.up();
    expect(machine.done[0]).toBe(`docker pull --quiet ${nodeImage}`);
    const offline = Object.assign(new Machine(), { image: false, pulls: false });
    await expect(offline.up()).rejects.toMatchObject({
      message: "Docker cannot pull kind's node image. docker pull failed: TLS handshake timeout",
      next: `docker pull ${nodeImage}`,
    });
    expect(offline.done).toEqual([]);
  });

  test("goes with its registry, and going twice is no error", async () => {
    const machine = Object.assign(new Machine(), { clusters: ["canary-lab"], registry: true });
    await machine.down();
    expect(machine.done).toEqual([
      `kind delete cluster --name canary-lab --kubeconfig ${inLab("kubeconfig")}`,
      "docker rm --force --volumes canary-lab-registry",
    ]);
    machine.registry = false;
    await expect(machine.down()).resolves.toBeUndefined();
  });
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
  const [, write] = pointNodeAtRegistry("canary-lab-worker");
  expect(write?.args.slice(0, 3)).toEqual(["exec", "-i", "canary-lab-worker"]);
  expect(write?.input).toBe('[host."http://canary-lab-registry:5000"]\n');
});
