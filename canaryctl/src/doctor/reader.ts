import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import type { Facts } from "./facts.ts";

/** Reads parts of a cluster, each whatever becomes of the others: what may not be read is noted and left out. */
export class Reader {
  readonly unread: Facts["unread"][number][] = [];
  readonly #cluster: ClusterClient;

  constructor(cluster: ClusterClient) {
    this.#cluster = cluster;
  }

  /** Undefined where the API server refuses. @throws UserError where it does not answer */
  async part<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.unread.push({ what, why: error.message });
      return undefined;
    }
  }

  /** Null where there is none. */
  one<Item, Fact>(path: string, factOf: (item: Item) => Fact): Promise<Fact | null | undefined> {
    return this.part(path, async () => {
      const item = await this.#cluster.get<Item>(path);
      return item === undefined ? null : factOf(item);
    });
  }

  /** The objects of a list; of a kind that the cluster does not know there are none. */
  list<Item, Fact>(path: string, factOf: (item: Item) => Fact): Promise<readonly Fact[] | undefined> {
    return this.part(path, async () => {
      const list = await this.#cluster.get<{ readonly items: readonly Item[] }>(path);
      return (list?.items ?? []).map(factOf);
    });
  }
}
