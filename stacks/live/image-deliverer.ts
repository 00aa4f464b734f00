import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { type Clock, changesOf, until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { clusterRegistry, clusterRegistryAddress, noteKey } from "../../cluster/images/cluster-registry.ts";
import type { ForwardedRegistry } from "../../cluster/images/push-archive.ts";
import { configMapPath } from "../../cluster/kube/paths.ts";
import { readyPod } from "./proxies/exec.ts";

/** An image that was built here. */
export interface BuiltHere {
  /** The builder's: `sha256:<hex>`. */
  readonly id: string;
  /** As the config names it, such as `versioned-echo:v1`. */
  readonly reference: string;
}

/** What a delivery works with. */
export interface DeliveryTools {
  readonly client: Pick<ClusterClient, "get" | "patch">;
  /** Opens a connection to a port of a pod of the registry's namespace. */
  readonly connect: (pod: string, port: number) => Promise<Duplex>;
  /** Writes an image of the builder into a file. */
  readonly save: (id: string, file: string) => Promise<void>;
  /** Gets how far a push is. */
  readonly say: (line: string) => void;
  /** Whether nothing is pushed: in a preview, or in an update of a few resources. */
  readonly isLooking: boolean;
  readonly clock?: Clock;
}

/** How long the registry's pod may be away, in seconds. */
const absenceSeconds = 60;

/** How long the pod may be ready without an answer, in seconds. */
const silenceSeconds = 15;

const { namespace, name, notes, ports } = clusterRegistry;

/** Brings images that were built here into the cluster's own registry, one after another. */
export class ImageDeliverer {
  readonly #tools: DeliveryTools;
  #registry: Promise<ForwardedRegistry> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tools: DeliveryTools) {
    this.#tools = tools;
  }

  /**
   * The image as the nodes name it: `localhost:PORT/NAME@sha256:…`. It is pushed where the registry has it not, such as one that lost its
   * data. A run that pushes nothing takes what the last one noted, and the name without a digest where there is no note.
   *
   * @throws UserError where the builder or the registry does not answer or refuses
   */
  deliver(image: BuiltHere): Promise<string> {
    const delivered = this.#last.then(() => this.#deliver(image));
    this.#last = delivered.catch(() => {});
    return delivered;
  }

  async #deliver({ id, reference }: BuiltHere): Promise<string> {
    const [repository = reference] = reference.split(":");
    const path = configMapPath(namespace, notes);
    const key = noteKey(repository, id);
    const found = await this.#tools.client.get<{ readonly data?: Readonly<Record<string, string>> }>(path);
    const noted = found?.data?.[key];
    const named = (digest: string) => `${clusterRegistryAddress}/${repository}@${digest}`;
    if (this.#tools.isLooking) return noted === undefined ? `${clusterRegistryAddress}/${reference}` : named(noted);
    const { hasImage, pushArchive } = await import("../../cluster/images/push-archive.ts");
    this.#registry ??= this.#findRegistry((found) => hasImage(found, repository, noted ?? id));
    const registry = await this.#registry;
    if (noted !== undefined && (await hasImage(registry, repository, noted))) return named(noted);
    const digest = await this.#saved(id, reference, (file) =>
      pushArchive(file, repository, registry, changesOf(this.#tools.say)),
    );
    await this.#tools.client.patch(path, { data: { [key]: digest } });
    return named(digest);
  }

  /** @param ask any question to it: the process that takes images may come a moment after the pod is ready, which the other one says */
  async #findRegistry(ask: (registry: ForwardedRegistry) => Promise<unknown>): Promise<ForwardedRegistry> {
    const { client, connect, clock } = this.#tools;
    const pod = await until(() => readyPod(client, namespace, { app: name }), { seconds: absenceSeconds, clock });
    if (pod === undefined) {
      throw new UserError(`The cluster's registry has had no ready pod for ${absenceSeconds} s.`, {
        place: `Deployment ${namespace}/${name}`,
        next: [`kubectl -n ${namespace} describe pods`, "npx canaryctl up"],
      });
    }
    const place = `pod ${namespace}/${pod}`;
    const registry: ForwardedRegistry = { open: () => connect(pod, ports.push), place, seen: new Map() };
    let failure: unknown;
    const attempt = async () => {
      try {
        await ask(registry);
        return true;
      } catch (error) {
        failure = error;
        return false;
      }
    };
    if (await until(attempt, { seconds: silenceSeconds, clock })) return registry;
    throw failure;
  }

  async #saved(id: string, reference: string, work: (file: string) => Promise<string>): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "canary-lab-image-"));
    try {
      const file = join(folder, "image.tar");
      this.#tools.say(`saving ${reference}`);
      await this.#tools.save(id, file).catch((error: unknown) => {
        throw isGone(error) ? goneFromBuilder(id, reference) : error;
      });
      return await work(file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** In the words of Docker's two image stores. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && /no such image|image not known|reference does not exist/i.test(error.message);

/** The engine's Docker plugin does not look whether the builder still has what it has built. */
const goneFromBuilder = (id: string, reference: string): UserError =>
  new UserError(`The cluster's registry lost ${reference}, and the builder has it no more.`, {
    place: `image ${id}`,
    first: "have it built again: pulumi up --replace URN, with the URN of its docker:index/image:Image from the list",
    next: 'eval "$(npx canaryctl env)" && pulumi stack --show-urns',
  });
