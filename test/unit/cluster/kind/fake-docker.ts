import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import type { Clock } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { expect } from "@jest/globals";
import type { Command } from "../../../../cluster/kind/commands.ts";
import { createKindTarget } from "../../../../cluster/kind/kind.ts";
import type { KindMachine } from "../../../../cluster/kind/machine.ts";

interface Box {
  readonly id: string;
  readonly labels: Record<string, string>;
  readonly networks: string[];
  readonly ports: Record<string, { HostIp: string; HostPort: string }[]>;
  status: string;
  /** When it was started, in seconds of the fake's clock. */
  startedAt: number;
  files: string;
  isWhole: boolean;
}

const node = "canary-lab-control-plane";
/** A node that is started answers after this long: seen with kind v0.33.0. */
const bootSeconds = 8.4;

/** Docker and kind as the lab meets them; what they answer is what the real ones were seen to answer (Docker 20.10, kind v0.33.0). */
export class FakeDocker implements KindMachine {
  readonly home = mkdtempSync(join(tmpdir(), "kind-"));
  readonly boxes = new Map<string, Box>();
  readonly done: string[] = [];
  readonly said: string[] = [];
  /** Ports of the host that somebody else listens at. */
  readonly taken = new Set<number>();
  /** Whether the daemon runs. */
  answers = true;
  hasNodeImage = true;
  /** Images with the registry's address in their names, as `docker image ls` prints them. */
  images: string[] = [];
  pulls = true;
  /** Whether `kind create` is killed after its container is there. */
  isKilled = false;
  /** Whether `kind create` fails, and takes its container away, as it does by itself. */
  createFails = false;
  /** What `docker cp` fails with. */
  copyFault = "";
  endpoint = "unix:///var/run/docker.sock";
  problems: Awaited<ReturnType<KindMachine["planPrograms"]>>["problems"] = [];
  seconds = 0;
  #ids = 0;
  readonly clock: Clock = {
    now: () => this.seconds * 1000,
    sleep: async (milliseconds) => {
      this.seconds += milliseconds / 1000;
    },
  };
  readonly progress: Progress = { stage: (_, work) => work(() => {}), say: (line) => void this.said.push(line) };

  isPortFree = async (port: number) => !this.taken.has(port) && !this.#published().includes(port);
  planPrograms = async () => ({ path: [], toFetch: [], problems: this.problems });
  fetchPrograms = async () => {};

  /** @param gatewayNodePort `"another's"`: of a stack that installs no gateway */
  target = (gatewayNodePort: number | "another's" = 30080) => {
    const settings = { reason: "Docker answers", builtImages: ["versioned-echo", "load-client"] };
    return createKindTarget({ ...settings, ...(gatewayNodePort !== "another's" && { gatewayNodePort }) }, this);
  };
  check = (gatewayNodePort?: number | "another's") => this.target(gatewayNodePort).check([]);
  up = (gatewayNodePort?: number | "another's") => this.target(gatewayNodePort).up(this.progress, []);
  down = () => this.target().down(this.progress);
  box = (name = node) => this.boxes.get(name) as Box;
  made = (part: string) => this.done.filter((line) => line.includes(part));

  /** A cluster that somebody made with `kind create cluster --name canary-lab`, with node ports of its own or none. */
  makeForeignCluster(ports: Readonly<Record<string, number>> = {}): void {
    this.#add(node, { "io.x-k8s.kind.cluster": "canary-lab" }, { "6443/tcp": 40123, ...ports }, "kind");
    this.box().isWhole = true;
  }

  /** Docker restarted, as by a reboot: the nodes come up again by their restart policy, the API server later. */
  reboot(): void {
    for (const box of this.boxes.values()) Object.assign(box, { status: "running", startedAt: this.seconds });
  }

  readonly run = async ({ file, args, input }: Command): Promise<string> => {
    const line = [file, ...args].join(" ");
    if (!this.answers && file === "docker" && args[0] !== "context") {
      throw new Error(
        `docker ${args[0]} failed: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?`,
      );
    }
    const answer = this.#look(line, args);
    if (answer !== undefined) return answer;
    this.done.push(line);
    this.#change(line, args, input ?? "");
    return "";
  };

  #look(line: string, args: readonly string[]): string | undefined {
    if (line.startsWith("docker info")) return "20.10.24";
    if (line.startsWith("docker context inspect")) return `${this.endpoint}\n`;
    if (line.startsWith("docker ps")) {
      const isRegistry = line.includes("name=^/?canary-lab-registry$");
      const found = [...this.boxes].filter(([name, { labels }]) =>
        isRegistry ? name === "canary-lab-registry" : labels["io.x-k8s.kind.cluster"] === "canary-lab",
      );
      return found.map(([, { id }]) => `${id}\n`).join("");
    }
    if (line.startsWith("docker inspect")) {
      const found = [...this.boxes].filter(([, { id }]) => args.includes(id));
      return JSON.stringify(
        found.map(([name, { status, labels, ports, networks }]) => ({
          Name: `/${name}`,
          State: { Status: status },
          Config: { Labels: labels },
          HostConfig: { PortBindings: ports },
          NetworkSettings: { Networks: Object.fromEntries(networks.map((network) => [network, {}])) },
        })),
      );
    }
    if (line.startsWith("docker image ls")) return this.images.join("\n");
    if (line.startsWith("docker image inspect")) {
      if (this.hasNodeImage) return "sha256:4f1c";
      throw new Error("docker image failed: Error: No such image");
    }
    if (line.startsWith("docker cp")) {
      if (this.copyFault) throw new Error(`docker cp failed: ${this.copyFault}`);
      if (this.box().files !== "") return this.box().files;
      throw new Error(`docker cp failed: Error: No such container:path: ${node}:/etc/containerd/certs.d`);
    }
    if (line.endsWith("/readyz")) {
      const { status, startedAt, isWhole } = this.box();
      if (status !== "running") throw new Error(`docker exec failed: Container ${this.box().id} is not running`);
      if (isWhole && this.seconds - startedAt >= bootSeconds) return "ok";
      throw new Error("docker exec failed: The connection to the server canary-lab-control-plane:6443 was refused");
    }
    return undefined;
  }

  #change(line: string, args: readonly string[], input: string): void {
    const name = args.at(-1) ?? "";
    if (line.startsWith("docker pull") && !this.pulls) throw new Error("docker pull failed: TLS handshake timeout");
    if (line.startsWith("docker run")) {
      const labels = args.flatMap((arg, index) =>
        args[index - 1] === "--label" ? [arg.split("=") as [string, string]] : [],
      );
      this.#add(
        "canary-lab-registry",
        Object.fromEntries(labels),
        { "5000/tcp": Number(/127.0.0.1:(\d+):5000/.exec(line)?.[1]) },
        "bridge",
      );
    }
    if (/^docker (start|unpause)/.test(line)) {
      const box = this.box(name);
      if (box.status !== "running") Object.assign(box, { status: "running", startedAt: this.seconds });
    }
    if (line.startsWith("docker rm")) for (const gone of args.slice(3)) this.boxes.delete(gone);
    if (line.startsWith("docker network connect")) this.box(name).networks.push("kind");
    if (line.includes("hosts.toml")) this.box().files = `localhost/hosts.toml 0644 ${input}`;
    if (line.startsWith("kind create")) this.#create(input);
    if (line.startsWith("kind delete")) this.boxes.delete(node);
  }

  #create(config: string): void {
    const port = Number(/hostPort: (\d+)/.exec(config)?.[1]);
    if (this.boxes.has(node)) {
      throw new Error(
        'kind create failed: ERROR: failed to create cluster: node(s) already exist for a cluster with the name "canary-lab"',
      );
    }
    this.#add(node, { "io.x-k8s.kind.cluster": "canary-lab" }, { [`${port}/tcp`]: port, "6443/tcp": 40123 }, "kind");
    if (this.isKilled) throw new Error("Killed");
    if (this.createFails) this.boxes.delete(node);
    if (this.createFails)
      throw new Error("kind create failed: ERROR: failed to create cluster: could not find a log line");
    Object.assign(this.box(), { isWhole: true, startedAt: this.seconds - bootSeconds });
    writeFileSync(join(this.home, "kubeconfig"), "{}");
  }

  #add(name: string, labels: Box["labels"], ports: Readonly<Record<string, number>>, network: string): void {
    this.boxes.set(name, {
      id: `${++this.#ids}`.padStart(64, "f"),
      labels,
      networks: [network],
      ports: Object.fromEntries(
        Object.entries(ports).map(([port, host]) => [port, [{ HostIp: "127.0.0.1", HostPort: String(host) }]]),
      ),
      status: "running",
      startedAt: this.seconds,
      files: "",
      isWhole: false,
    });
  }

  #published = (): number[] =>
    [...this.boxes.values()]
      .filter(({ status }) => status === "running")
      .flatMap(({ ports }) => Object.values(ports).flatMap(([binding]) => Number(binding?.HostPort)));
}

/** What a command is refused with. */
export async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error;
}

/** The ids of the node and of the registry. */
export const containers = (docker: FakeDocker) => [docker.box().id, docker.box("canary-lab-registry").id];

/** The lab's kind cluster, up; what was done for that is not in `done`. */
export async function running(): Promise<FakeDocker> {
  const docker = new FakeDocker();
  await docker.check();
  await docker.up();
  docker.done.length = 0;
  return docker;
}
