import { ApiError, type ClusterClient, type PodClient, UnreachableError } from "@canary-lab/kit/kube/client";
import { changesOf, until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";

/** How long a call is repeated, and who hears of it. */
interface Timeout {
  readonly seconds: number;
  /** Told once who is away, and again when that changes. */
  readonly say: (line: string) => void;
}

/** For a move, which the user can repeat. */
export const moveSeconds = 30;
/** For a rollback: a control plane with one replica has been seen to need 40 s to be there again. */
export const rollbackSeconds = 180;

/** Who was waited for is away still. */
export class AwayError extends UserError {
  override readonly kind = "unreachable";
}

const away = {
  apiServer: { name: "The cluster's API server", next: "kubectl get --raw /readyz" },
  istio: { name: "Istio's control plane", next: "kubectl get pods --all-namespaces -l app=istiod" },
} as const;

/**
 * Repeats a call while the API server or Istio's control plane is away: without the second one its webhook refuses every write of a
 * route.
 *
 * @throws what the call throws for any other reason; AwayError that names who is away, when the time is over
 */
export async function patiently<T>(
  cluster: Pick<ClusterClient, "get">,
  { seconds, say }: Timeout,
  call: () => Promise<T>,
): Promise<T> {
  const tell = changesOf(say);
  const attempt = async (waited: number) => {
    try {
      return { result: await call() };
    } catch (error) {
      const who = await whoIsAway(cluster, error);
      if (who === undefined) throw error;
      const { message, place } = error as UserError;
      const { name, next } = away[who];
      if (waited >= seconds)
        throw new AwayError(`${name} does not answer for ${seconds} s: ${message}`, { ...(place && { place }), next });
      tell(`${name} does not answer: trying again, for ${seconds} s at most.`);
      return undefined;
    }
  };
  return ((await until(attempt, { seconds })) as { readonly result: T }).result; // the last attempt throws
}

/** A client each of whose calls is repeated in this way. What it changes must be the same when it is done twice. */
export function patientClient(cluster: PodClient, timeout: Timeout): PodClient {
  const tell = changesOf(timeout.say);
  const repeated = <T>(call: () => Promise<T>) => patiently(cluster, { ...timeout, say: tell }, call);
  return {
    get: (path) => repeated(() => cluster.get(path)),
    apply: (path, object, manager) => repeated(() => cluster.apply(path, object, manager)),
    patch: (path, change) => repeated(() => cluster.patch(path, change)),
    delete: (path) => repeated(() => cluster.delete(path)),
    text: (path) => repeated(() => cluster.text(path)),
  };
}

/** Undefined where the error is a refusal, which another try would not change. */
async function whoIsAway(cluster: Pick<ClusterClient, "get">, error: unknown): Promise<keyof typeof away | undefined> {
  if (error instanceof ApiError) {
    if (error.status < 500) return undefined;
    return /webhook|istiod/i.test(error.message) ? "istio" : "apiServer";
  }
  if (!(error instanceof UnreachableError)) return undefined;
  // A webhook that is silent makes the API server as silent: whether it answers something else tells the two apart.
  const isSilent = /no answer within/.test(error.message);
  return isSilent && (await answers(cluster)) ? "istio" : "apiServer";
}

async function answers(cluster: Pick<ClusterClient, "get">): Promise<boolean> {
  try {
    await cluster.get("/version");
    return true;
  } catch {
    return false;
  }
}
