import { mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import type { Clock } from "@canary-lab/kit/until";
import { parse } from "yaml";
import { type Command, markFile } from "../../../../cluster/kind/commands.ts";
import { createKindTarget } from "../../../../cluster/kind/kind.ts";
import type { KindMachine } from "../../../../cluster/kind/machine.ts";

interface Box {
  readonly id: string;
  readonly labels: Record<string, string>;
  readonly ports: Record<string, { HostIp: string; HostPort: string }[]>;
  status: string;
  /** When it was started, in seconds of the fake's clock. */
  startedAt: number;
  /** What was written into it, by its path. */
  readonly files: Record<string, string>;
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
  pulls = true;
  /** Where `up` is killed: by `kind create` after its container is there, or after the whole of it. */
  killedAt: "kind create" | "docker exec" | undefined;
  /** What `docker cp` fails with. */
  copyFault = "";
  /** What it says of a file that is not there. */
  noFile = (container: string, path: string) => `Error: No such container:path: ${container}:${path}`;
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
  freePort = async () => 40123;
  planPrograms = async () => ({ path: [], toFetch: [], problems: this.problems });
  fetchPrograms = async () => {};

  /** @param gatewayNodePort `"another's"`: of a stack that installs no gateway */
  target = (gatewayNodePort: number | "another's" = 30080) => {
    const reason = "Docker answers";
    return createKindTarget({ reason, ...(gatewayNodePort !== "another's" && { gatewayNodePort }) }, this);
  };
  check = (gatewayNodePort?: number | "another's") => this.target(gatewayNodePort).check([]);
  up = (gatewayNodePort?: number | "another's") => this.target(gatewayNodePort).up(this.progress, []);
  down = () => this.target().down(this.progress);
  box = (name = node) => this.boxes.get(name) as Box;
  made = (part: string) => this.done.filter((line) => line.includes(part));

  /** A cluster that somebody made with `kind create cluster --name canary-lab`, with node ports of its own or none. */
  makeForeignCluster(ports: Readonly<Record<string, number>> = {}): void {
    this.#add(node, { "io.x-k8s.kind.cluster": "canary-lab" }, { "6443/tcp": 40124, ...ports });
    this.box().isWhole = true;
  }

  /** The cluster that is there as an earlier version of the lab would have made it. */
  makeFormer(id: string): void {
    const mark = { id, home: this.home, host: hostname() };
    const labels = Object.entries(mark).map(([name, value]) => [`canary-lab.${name}`, value]);
    this.#add("canary-lab-registry", Object.fromEntries(labels), { "5000/tcp": 5001 });
    delete this.box().files[markFile];
    this.box().files["/etc/containerd/certs.d/localhost:5001/hosts.toml"] =
      `[host."http://canary-lab-registry:5000"]\n# canary-lab ${JSON.stringify(mark)}\n`;
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
      const [, label = "", value] = /label=([^= ]+)=?(\S*)$/.exec(line) ?? [];
      const found = [...this.boxes.values()].filter(
        ({ labels }) => labels[label] && (!value || labels[label] === value),
      );
      return found.map(({ id }) => `${id}\n`).join("");
    }
    if (line.startsWith("docker inspect")) {
      const found = [...this.boxes].filter(([, { id }]) => args.includes(id));
      return JSON.stringify(
        found.map(([name, { status, labels, ports }]) => ({
          Name: `/${name}`,
          State: { Status: status },
          Config: { Labels: labels },
          HostConfig: { PortBindings: ports },
        })),
      );
    }
    if (line.startsWith("docker image inspect")) {
      if (this.hasNodeImage) return "sha256:4f1c";
      throw new Error("docker image failed: Error: No such image");
    }
    if (line.startsWith("docker cp")) {
      if (this.copyFault) throw new Error(`docker cp failed: ${this.copyFault}`);
      const [container = "", path = ""] = args[1]?.split(":") ?? [];
      const found = Object.entries(this.box(container).files).filter(([file]) => `${file}/`.startsWith(`${path}/`));
      if (found.length === 0) throw new Error(`docker cp failed: ${this.noFile(container, path)}`);
      return found.map(([file, text]) => `${file} 0644 ${text}\0\0`).join("");
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
    if (/^docker (start|unpause)/.test(line)) {
      const box = this.box(name);
      if (box.status !== "running") Object.assign(box, { status: "running", startedAt: this.seconds });
    }
    if (line.startsWith("docker rm")) for (const gone of args.slice(3)) this.boxes.delete(gone);
    if (line.startsWith("docker exec") && this.killedAt === "docker exec") throw new Error("Killed");
    if (line.includes("cp /dev/stdin")) this.box(args[2]).files[name] = input;
    if (line.startsWith("kind create")) this.#create(input);
    if (line.startsWith("kind delete")) this.boxes.delete(node);
  }

  #create(config: string): void {
    const { networking, nodes } = parse(config);
    const published = nodes[0].extraPortMappings.map((port: Readonly<Record<string, number>>) => [
      `${port.containerPort}/tcp`,
      port.hostPort,
    ]);
    const ports = { ...Object.fromEntries(published), "6443/tcp": networking.apiServerPort };
    if (this.boxes.has(node)) {
      throw new Error(
        'kind create failed: ERROR: failed to create cluster: node(s) already exist for a cluster with the name "canary-lab"',
      );
    }
    const lost = Object.values<number>(ports).find((port) => this.taken.has(port));
    // Docker leaves a container behind that it could not start, and kind takes that away.
    if (lost) throw new Error(`kind create failed: listen tcp4 127.0.0.1:${lost}: bind: address already in use`);
    this.#add(node, { "io.x-k8s.kind.cluster": "canary-lab" }, ports);
    if (this.killedAt === "kind create") throw new Error("Killed");
    Object.assign(this.box(), { isWhole: true, startedAt: this.seconds - bootSeconds });
    writeFileSync(join(this.home, "kubeconfig"), "{}");
  }

  #add(name: string, labels: Box["labels"], ports: Readonly<Record<string, number>>): void {
    this.boxes.set(name, {
      id: `${++this.#ids}`.padStart(64, "f"),
      labels,
      ports: Object.fromEntries(
        Object.entries(ports).map(([port, host]) => [port, [{ HostIp: "127.0.0.1", HostPort: String(host) }]]),
      ),
      status: "running",
      startedAt: this.seconds,
      files: {},
      isWhole: false,
    });
  }

  #published = (): number[] =>
    [...this.boxes.values()]
      .filter(({ status }) => status === "running" || status === "paused")
      .flatMap(({ ports }) => Object.values(ports).flatMap(([binding]) => Number(binding?.HostPort)));
}
