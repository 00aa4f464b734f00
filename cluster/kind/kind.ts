import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { until } from "@canary-lab/kit/until";
import { asOneError, UserError } from "@canary-lab/kit/user-error";
import { dockerVariables, isDockerThere, runCommand } from "../docker.ts";
import { folderOf, ownStore, type ProgramPlan } from "../fetched-programs.ts";
import { pinnedNodeFolder } from "../lab-folder.ts";
import { firstFreePort } from "../ports.ts";
import { refuseProblems } from "../programs.ts";
import type { Environment, Target } from "../target.ts";
import * as commands from "./commands.ts";
import {
  bootSeconds,
  dockerSilence,
  keptPort,
  neverReady,
  noPlatform,
  noRegistryPort,
  otherGatewayPort,
  ownerObstacle,
  takenPort,
} from "./faults.ts";
import { thisMachine } from "./machine.ts";
import { noteFile, ownerOf, readNote, writeNote } from "./owner.ts";
import { gatewayPort, type KindLab, lookUp, registryPort } from "./state.ts";

interface KindSettings {
  /** Why this target cluster was taken. */
  readonly reason: string;
  /** 30000..32767; undefined for a stack that stands on another's platform, whose gateway has a port already. */
  readonly gatewayNodePort?: number;
  /** Names of the images that are built for the registry, and are of no use without it. Others of its images are the user's. */
  readonly builtImages: readonly string[];
}

/** Where Docker does not answer. */
const unseen: KindLab = { registry: undefined, nodes: [], isConnected: false, marks: [] };

/** A one-node cluster in Docker with a registry beside it, as kind documents it; both belong to the lab alone. */
export function createKindTarget(settings: KindSettings, machine = thisMachine): Target {
  const { home, isPortFree: isFree } = machine;
  const kubeconfig = join(home, "kubeconfig");
  let plan: ProgramPlan | undefined;
  let folders: readonly string[] = [];
  const run = (command: commands.Command) => machine.run(command, folders);
  const succeeds = (command: commands.Command) =>
    run(command).then(
      () => true,
      () => false,
    );
  const markWith = (id: string): commands.Mark => ({ id, home, host: hostname() });
  const node = `${commands.kindCluster}-control-plane`;

  const look = () => lookUp(run);

  /** Where the registry answers or will answer; undefined where no port is free. A stopped one may have lost its port to somebody. */
  async function portForRegistry({ registry }: KindLab): Promise<number | undefined> {
    const kept = registry && registryPort(registry);
    if (registry && kept && (registry.status === "running" || (await isFree(kept)))) return kept;
    return firstFreePort(commands.firstRegistryPort, 20, isFree);
  }

  async function portObstacles(lab: KindLab): Promise<readonly UserError[]> {
    const { gatewayNodePort: wanted } = settings;
    const published = lab.isConnected ? gatewayPort(lab) : undefined;
    if (published !== undefined && wanted !== undefined && published !== wanted)
      return [otherGatewayPort(wanted, published)];
    if (!lab.isConnected && wanted === undefined) return lab === unseen ? [] : [noPlatform()];
    if (lab.nodes.some(({ status }) => status === "running")) return [];
    if (!lab.isConnected && wanted !== undefined) {
      return (await isFree(wanted)) ? [] : [takenPort(wanted, await firstFreePort(30081, 100, isFree))];
    }
    // A container that is stopped keeps its ports: the gateway's and the API server's.
    const kept = lab.nodes.flatMap(({ name, ports }) => Object.values(ports).map((port) => ({ name, port })));
    const areFree = await Promise.all(kept.map(({ port }) => isFree(port)));
    return kept.filter((_, index) => !areFree[index]).map(({ name, port }) => keptPort(name, port));
  }

  async function ensureRegistry(lab: KindLab, port: number, id: string): Promise<void> {
    const { registry } = lab;
    if (registry && registryPort(registry) === port) return void (await run(commands.start(registry.name)));
    if (registry) await run(commands.remove([registry.name]));
    await run(commands.createRegistry(port, markWith(id)));
  }

  async function ensureNodeImage(note: (detail: string) => void): Promise<void> {
    if (await succeeds(commands.nodeImageIsHere)) return;
    note("some hundred MB are pulled, once");
    try {
      await run(commands.pullNodeImage);
    } catch (error) {
      throw new UserError(`Docker cannot pull kind's node image. ${(error as Error).message}`, {
        place: commands.nodeImage,
        allowed:
          "access of the Docker daemon to Docker Hub, by itself, by a mirror or by a proxy; or, on Linux as root, --cluster embedded",
        next: `docker pull ${commands.nodeImage}`,
        cause: error,
      });
    }
  }

  async function createCluster(id: string, port: number): Promise<void> {
    writeNote(home, { id, isMaking: true });
    try {
      await run(commands.createCluster(kubeconfig, port));
    } catch (error) {
      // kind removes its own node where it fails and is not killed: the next one of that name may be somebody else's.
      const left = await run(commands.findNodes).catch(() => "unknown");
      if (left.trim() === "") writeNote(home, { id });
      throw error;
    }
  }

  /** A cluster whose making was never finished has nothing in it, and is made anew: `ownerOf` tells it. One that was finished is never removed. */
  async function ensureCluster({ nodes, isConnected }: KindLab, id: string, progress: Progress): Promise<void> {
    if (!isConnected) {
      const { gatewayNodePort } = settings;
      if (gatewayNodePort === undefined) throw noPlatform();
      if (nodes.length > 0) {
        progress.say("An earlier `up` did not end making the kind cluster: it is made anew.");
        await run(commands.remove(nodes.map(({ name }) => name)));
      }
      return createCluster(id, gatewayNodePort);
    }
    for (const { name, status } of nodes) {
      if (status !== "running") progress.say(`Docker container ${name} is ${status}: starting it.`);
      if (status === "paused") await run(commands.unpause(name));
      else if (status !== "running") await run(commands.start(name));
    }
    const isReady = () => succeeds(commands.clusterIsReady);
    const waiting = { seconds: bootSeconds, everyMilliseconds: 1000, clock: machine.clock };
    if (!(await until(isReady, waiting))) throw neverReady(node);
    await run(commands.exportKubeconfig(kubeconfig));
  }

  async function connect(address: string, id: string): Promise<void> {
    const { registry, nodes } = await look();
    if (!registry?.networks.includes(commands.network)) await run(commands.joinRegistry);
    await run(commands.announceRegistry(address));
    // The last step: a cluster that has it is whole.
    for (const { name } of nodes) {
      for (const command of commands.pointNodeAtRegistry(name, address, markWith(id))) await run(command);
    }
    writeNote(home, { id });
  }

  /** They are worth no failed `down`: one that is in use elsewhere stays. */
  async function removeImages(port: number): Promise<void> {
    const address = commands.registryAddress(port);
    const listed = (await run(commands.imagesOf(address))).split("\n").filter((name) => !name.endsWith(":<none>"));
    const names = listed.filter((name) => settings.builtImages.some((own) => name.startsWith(`${address}/${own}:`)));
    if (names.length > 0) await succeeds(commands.removeImages(names));
  }

  let footprint: readonly string[] = [];
  return {
    name: "kind",
    needs: async () => "Docker, 4 GB of memory, and some minutes (1 GB of images is pulled once)",
    footprint: () => footprint,
    async check() {
      plan = await machine.planPrograms();
      const problems = refuseProblems(plan.problems);
      const obstacles: UserError[] = problems ? [problems] : [];
      const hasDocker = !plan.problems.some(({ program }) => program === "docker");
      const silence = hasDocker ? await dockerSilence(run, "npx canaryctl up") : undefined;
      if (silence) obstacles.push(silence);
      const lab = hasDocker && !silence ? await look() : unseen;
      const other = ownerObstacle(lab, ownerOf(lab, home), "npx canaryctl up");
      obstacles.push(...(other ? [other] : await portObstacles(lab)));
      const port = await portForRegistry(lab);
      if (port === undefined) obstacles.push(noRegistryPort());
      const error = asOneError(obstacles);
      if (error) throw error;
      footprint = [
        `Docker container ${node} (a Kubernetes node) and Docker's network "${commands.network}"`,
        `Docker container ${commands.registryContainer}, listening on 127.0.0.1:${port}`,
        ...(settings.gatewayNodePort ? [`port 127.0.0.1:${settings.gatewayNodePort} for the ingress gateway`] : []),
        ...plan.toFetch.map(
          ({ program }) => `${folderOf(program, ownStore())}, which stays, with what is fetched of ${program}`,
        ),
      ];
    },
    async up(progress: Progress): Promise<Environment> {
      plan ??= await machine.planPrograms();
      await machine.fetchPrograms(plan, progress);
      folders = plan.path;
      const lab = await look();
      const obstacle = ownerObstacle(lab, ownerOf(lab, home), "npx canaryctl up");
      if (obstacle) throw obstacle;
      const port = await portForRegistry(lab);
      if (port === undefined) throw noRegistryPort();
      const id = readNote(home)?.id ?? randomUUID();
      if (lab.nodes.length === 0) writeNote(home, { id });
      const address = commands.registryAddress(port);
      await progress.stage("node image", ensureNodeImage);
      await progress.stage("local registry", () => ensureRegistry(lab, port, id));
      await progress.stage("kind cluster", () => ensureCluster(lab, id, progress));
      await progress.stage("registry for the nodes", () => connect(address, id));
      return {
        target: "kind",
        reason: settings.reason,
        kubeconfig,
        kubeContext: commands.kindContext,
        imageRegistry: address,
        path: [...folders, pinnedNodeFolder],
        variables: await dockerVariables(run),
      };
    },
    async down(progress: Progress): Promise<void> {
      const silence = await dockerSilence(run, "npx canaryctl down");
      if (silence) throw silence;
      const lab = await look();
      const owner = ownerOf(lab, home);
      const unsure =
        owner === "unclear" || owner === "elsewhere" ? ownerObstacle(lab, owner, "npx canaryctl down") : undefined;
      if (unsure) throw unsure;
      if (owner === "another" || owner === "nobody") {
        progress.say("The kind cluster in Docker is not this checkout's: it stays.");
      } else if (owner !== "none") {
        await progress.stage("remove the kind cluster", async () => {
          const { registry, nodes } = lab;
          // The registry last: a cluster that is not finished is known by it.
          for (const gone of [...nodes, ...(registry ? [registry] : [])]) await run(commands.remove([gone.name]));
          const port = registry && registryPort(registry);
          if (port !== undefined) await removeImages(port);
        });
      }
      for (const file of [kubeconfig, noteFile(home)]) rmSync(file, { force: true });
    },
  };
}

/** Whether Docker has something that may be a kind lab; whose it is, `down` of the target looks up. Without Docker there is none. */
export async function hasKindLab(): Promise<boolean> {
  if (!(await isDockerThere())) return false;
  const found = await Promise.all([runCommand(commands.findNodes), runCommand(commands.findRegistry)]);
  return found.some((text) => text.trim() !== "");
}
