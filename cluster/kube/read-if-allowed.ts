import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";

/** Reads what an account may be forbidden to see: undefined then, and where it is not there. */
export async function readIfAllowed<T>(client: Pick<ClusterClient, "get">, path: string): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}
