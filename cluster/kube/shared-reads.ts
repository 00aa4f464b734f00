import type { PodClient } from "@canary-lab/kit/kube/client";

/** A client by which several readers of one look share what they read: each path is asked for once. */
export function sharedReads(cluster: PodClient): PodClient {
  const answers = new Map<string, Promise<unknown>>();
  return {
    get: <T>(path: string) => {
      const asked = answers.get(path) ?? cluster.get<T>(path);
      answers.set(path, asked);
      return asked as Promise<T | undefined>;
    },
    apply: (path, object, manager) => cluster.apply(path, object, manager),
    patch: (path, change) => cluster.patch(path, change),
    delete: (path) => cluster.delete(path),
    text: (path) => cluster.text(path),
  };
}
