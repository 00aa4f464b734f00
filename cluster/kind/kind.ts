import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
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
  otherGatewayPort,
  ownerObstacle,
  takenPort,
} from "./faults.ts";
import { findRegistry, formerCluster } from "./former.ts";
import { thisMachine } from "./machine.ts";
import { noteFile, ownerOf, readNote, writeNote } from "./owner.ts";
import { containersOf, gatewayPort, holdsPorts, isFinished, type KindLab, lookUp } from "./state.ts";

interface KindSettings {
  /** Why this target cluster was taken. */
  readonly reason: string;
  /** 30000..32767; undefined for a stack that stands on another's platform, whose gateway has a port already. */
  readonly gatewayNodePort?: number;
}

/** Where Docker does not answer. */
const unseen: KindLab = { nodes: [], marks: [] };

/** A cluster of one node in Docker, which belongs to the lab alone. */
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
  const look = () => lookUp(run);

  /** What keeps the lab from what is in Docker, or undefined. */
  function ownerFault(lab: KindLab): UserError | undefined {
    const owner = ownerOf(lab, home);
    const isFormer = owner === "ours" && lab.registry !== undefined;
    return isFormer ? formerCluster(containersOf(lab)) : ownerObstacle(lab, owner, "npx canaryctl up");
  }

  async function portObstacles(lab: KindLab): Promise<readonly UserError[]> {
    const { gatewayNodePort: wanted } = settings;
    const published = gatewayPort(lab);
    if (!isFinished(lab)) {
      if (wanted === undefined) return lab === unseen ? [] : [noPlatform()];
      const isFreed = holdsPorts(lab) && published === wanted; // with the cluster that is made anew
      return isFreed || (await isFree(wanted)) ? [] : [takenPort(wanted, await firstFreePort(30081, 100, isFree))];
    }
    if (published !== undefined && wanted !== undefined && published !== wanted)
      return [otherGatewayPort(wanted, published)];
    if (holdsPorts(lab)) return [];
    // A container that is stopped keeps its ports: the gateway's and the API server's.
    const kept = lab.nodes.flatMap(({ name, ports }) => Object.values(ports).map((port) => ({ name, port })));
    const areFree = await Promise.all(kept.map(({ port }) => isFree(port)));
    return kept.filter((_, index) => !areFree[index]).map(({ name, port }) => keptPort(name, port));
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

  async function createCluster(gateway: number): Promise<void> {
    const id = readNote(home)?.id ?? randomUUID(); // the same in each Docker daemon
    const ports = { apiServer: await machine.freePort(), gateway };
    writeNote(home, { id, making: ports });
    await run(commands.createCluster(kubeconfig, ports));
    await mark(id);
  }

  /** Says in the node whose it is, anew where the checkout was moved since. */
  async function mark(id: string, found?: commands.Mark): Promise<void> {
    const wanted = { id, home, host: hostname() };
    if (!isDeepStrictEqual(found, wanted)) await run(commands.writeMark(wanted));
    writeNote(home, { id });
  }

  /** A cluster whose making was never finished has nothing in it, and is made anew: `ownerOf` tells it. One that was finished is never removed. */
  async function ensureCluster(lab: KindLab, progress: Progress): Promise<void> {
    const [found] = lab.marks;
    if (found === undefined) {
      const { gatewayNodePort } = settings;
      if (gatewayNodePort === undefined) throw noPlatform();
      if (lab.nodes.length > 0) {
        progress.say("An earlier `up` did not end making the kind cluster: it is made anew.");
        await run(commands.remove(containersOf(lab)));
      }
      return createCluster(gatewayNodePort);
    }
    for (const { name, status } of lab.nodes) {
      if (status !== "running") progress.say(`Docker container ${name} is ${status}: starting it.`);
      if (status === "paused") await run(commands.unpause(name));
      else if (status !== "running") await run(commands.start(name));
    }
    const isReady = () => succeeds(commands.clusterIsReady);
    const waiting = { seconds: bootSeconds, everyMilliseconds: 1000, clock: machine.clock };
    if (!(await until(isReady, waiting))) throw neverReady(commands.controlPlane);
    await run(commands.exportKubeconfig(kubeconfig));
    await mark(found.id, found);
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
      const other = ownerFault(lab);
      obstacles.push(...(other ? [other] : await portObstacles(lab)));
      const error = asOneError(obstacles);
      if (error) throw error;
      footprint = [
        `Docker container ${commands.controlPlane} (a Kubernetes node) and Docker's network "${commands.network}"`,
        "a free port of 127.0.0.1 for the API server",
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
      const fault = ownerFault(lab);
      if (fault) throw fault;
      await progress.stage("node image", ensureNodeImage);
      await progress.stage("kind cluster", () => ensureCluster(lab, progress));
      return {
        target: "kind",
        reason: settings.reason,
        kubeconfig,
        kubeContext: commands.kindContext,
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
          await run(commands.remove(containersOf(lab)));
        });
        rmSync(noteFile(home), { force: true }); // beside another daemon it says whose the cluster of the first one is
      }
      rmSync(kubeconfig, { force: true });
    },
  };
}

/** Whether Docker has something that may be a kind lab; whose it is, `down` of the target looks up. Without Docker there is none. */
export async function hasKindLab(): Promise<boolean> {
  if (!(await isDockerThere())) return false;
  const found = await Promise.all([runCommand(commands.findNodes), runCommand(findRegistry)]);
  return found.some((text) => text.trim() !== "");
}
