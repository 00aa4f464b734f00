import { hostname } from "node:os";
import { dirname } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Run } from "./docker.ts";
import { dockerAnswers, firstRegistryPort, kindCluster, labels, registryContainer } from "./kind-commands.ts";
import type { KindLab, Owner } from "./kind-state.ts";

/** How long a node may take from its start until its API server is ready; 8 s were measured on a machine with nothing else to do. */
export const bootSeconds = 180;

/** Why the lab cannot be made or used here, because of whose the containers are. */
export function ownerObstacle(lab: KindLab, owner: Owner): UserError | undefined {
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
      const { [labels.home]: home = "", [labels.host]: host = "" } = lab.registry?.labels ?? {};
      const down = `(cd ${quoted(dirname(home))} && npx canaryctl down) && npx canaryctl up`;
      return new UserError(`The kind cluster of another checkout is up, and Docker can have one of them.`, {
        place: `${home} on ${host}`,
        allowed: "one for each Docker daemon: it has one name and one set of ports",
        ...(host === hostname() ? { next: down } : { first: `take it down on ${host}` }),
      });
    }
    case "nobody":
      return new UserError(`There is a kind cluster "${kindCluster}" that no lab made. It is left alone.`, {
        place: place(lab),
        allowed: "no cluster of that name; or that one as a cluster of your own",
        next: [
          `npx canaryctl config set kubeContext kind-${kindCluster} && npx canaryctl up`,
          `kind delete cluster --name ${kindCluster} && npx canaryctl up`,
        ],
      });
  }
}

const place = ({ nodes, registry }: KindLab): string =>
  `Docker container ${[...nodes.map(({ name }) => name), ...(registry ? [registryContainer] : [])].join(", ")}`;

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

export const noRegistryPort = (): UserError =>
  new UserError("No port is free for the local registry.", {
    place: `127.0.0.1, from ${firstRegistryPort} on`,
    first: "end a program that listens there",
    next: "npx canaryctl up",
  });
