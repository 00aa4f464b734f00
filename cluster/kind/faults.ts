import { hostname } from "node:os";
import { dirname } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Run } from "../docker.ts";
import { dockerAnswers, kindCluster, remove } from "./commands.ts";
import { marksOf, type Owner } from "./owner.ts";
import { containersOf, isFinished, type KindLab } from "./state.ts";

/** How long a node may take from its start until its API server is ready; 8 s were measured on a machine with nothing else to do. */
export const bootSeconds = 180;

/**
 * Why the lab cannot be made, used or removed here, because of whose the containers are.
 *
 * @param command to repeat once it is out of the way
 */
export function ownerObstacle(lab: KindLab, owner: Owner, command: string): UserError | undefined {
  switch (owner) {
    case "none":
    case "ours":
      return undefined;
    case "lost":
      return new UserError(
        "A kind cluster of a lab whose folder .lab is gone is still there: what its stacks deployed is known to nobody.",
        { place: place(lab), next: "npx canaryctl down && npx canaryctl up" },
      );
    case "another": {
      const [{ home, host } = { home: "", host: "" }] = marksOf(lab);
      const down = `(cd ${quoted(dirname(home))} && npm run down) && npx canaryctl up`;
      return new UserError(`The kind cluster of another checkout is up, and Docker can have one of them.`, {
        place: `${home} on ${host}`,
        allowed: "one for each Docker daemon: it has one name and one set of ports",
        next: down,
      });
    }
    case "elsewhere": {
      const mark = marksOf(lab).find(({ host }) => host !== hostname());
      return new UserError(
        `The kind cluster was made on host ${mark?.host}, in ${mark?.home}, which is not here: whether it is in use is not known.`,
        {
          place: place(lab),
          allowed: "to take it down where it was made; or by hand, with all that is in it",
          next: byHand(lab, command),
        },
      );
    }
    case "nobody":
      return new UserError(`There is a kind cluster "${kindCluster}" without the mark of a lab. It is left alone.`, {
        place: place(lab),
        allowed:
          "that one as a cluster of your own; or none of that name. One that another checkout is making now gets its mark at the end",
        next: [`npx canaryctl config set kubeContext kind-${kindCluster} && npx canaryctl up`, byHand(lab, command)],
      });
    case "unclear":
      return unclearOwner(lab, command);
  }
}

/** Nothing that may be in use is removed on a guess. */
const unclearOwner = (lab: KindLab, command: string): UserError =>
  new UserError(
    `It cannot be told whether the kind cluster "${kindCluster}" is this lab's: ${unclearReason(lab)}. Nothing is removed.`,
    {
      place: place(lab),
      allowed: "to remove by hand what is not needed, with all that is in it",
      next: [...(lab.unreadable === undefined ? [] : [command]), byHand(lab, command)],
    },
  );

function unclearReason(lab: KindLab): string {
  if (lab.unreadable !== undefined) return `its node cannot be read: ${lab.unreadable}`;
  return isFinished(lab) ? "its containers are of different labs" : "its node does not say which lab made it";
}

function byHand(lab: KindLab, command: string): string {
  const { file, args } = remove(containersOf(lab));
  return `${[file, ...args].join(" ")} && ${command}`;
}

const place = (lab: KindLab): string => `Docker container ${containersOf(lab).join(", ")}`;

/**
 * Why Docker cannot be asked.
 *
 * @param next the command to repeat once it can
 */
export async function dockerSilence(run: Run, next: string): Promise<UserError | undefined> {
  try {
    await run(dockerAnswers);
    return undefined;
  } catch (error) {
    const words = (error as Error).message.replace(/^docker info failed: /, "");
    return new UserError(`Docker does not answer: ${words}`, {
      place: "docker info",
      first: "start Docker",
      next,
      cause: error,
    });
  }
}

export const neverReady = (node: string): UserError =>
  new UserError(`The kind cluster is there, and its API server was not ready within ${bootSeconds} s.`, {
    place: `Docker container ${node}`,
    allowed: "the cluster as it is, once it answers; or a new one, without what is in this one",
    next: [`docker logs --tail 50 ${node}`, "npx canaryctl down && npx canaryctl up"],
  });

export const noPlatform = (): UserError =>
  new UserError("The kind cluster is gone, and this stack does not install the platform that it stands on.", {
    place: "platform in the stack's config",
    first: "put up the stack that this one names as its platform",
    next: "npx canaryctl stack list",
  });

export const otherGatewayPort = (wanted: number, published: number): UserError =>
  new UserError(
    `gatewayNodePort is ${wanted}, and the kind cluster was made with ${published}: a port cannot be added to it.`,
    {
      place: "gatewayNodePort in the stack's config",
      allowed: `${published}; or a new cluster, without what is in this one`,
      next: [
        `npx canaryctl config set gatewayNodePort ${published} && npx canaryctl up`,
        "npx canaryctl down && npx canaryctl up",
      ],
    },
  );

export const keptPort = (node: string, port: number): UserError =>
  new UserError(`Port 127.0.0.1:${port} is taken, and the stopped kind cluster was made with it.`, {
    place: `Docker container ${node}`,
    allowed: "the cluster as it is, once the port is free; or a new one, without what is in this one",
    first: "end the program that listens there",
    next: ["npx canaryctl up", "npx canaryctl down && npx canaryctl up"],
  });

export const takenPort = (port: number, free: number | undefined): UserError =>
  new UserError(`Port 127.0.0.1:${port} is taken, and the ingress gateway is to answer there.`, {
    place: "gatewayNodePort in the stack's config",
    allowed: "a free port, from 30000 to 32767",
    ...(free === undefined
      ? { first: "end the program that listens there", next: "npx canaryctl up" }
      : { next: `npx canaryctl config set gatewayNodePort ${free} && npx canaryctl up` }),
  });
