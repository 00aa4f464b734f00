import type { Cluster } from "../api/cluster.ts";
import { readinessOf } from "../awaiting/await.ts";
import { type KubeObject, kindOf, nameOf, namespaceOf, setNamespace } from "../objects/objects.ts";
import { decodeYaml } from "../objects/yaml.ts";
import { releaseHistory } from "./storage.ts";

const watchMilliseconds = 3000;

/** Which objects of a release are not in order, and why: Helm itself says no more than that the time is over. */
export async function releaseProblems(cluster: Cluster, namespace: string, manifest: string): Promise<string[]> {
  const problems = await Promise.all(
    decodeYaml(manifest).map(async (object) => {
      if (!namespaceOf(object) && cluster.isNamespaced(String(object.apiVersion), kindOf(object)))
        setNamespace(object, namespace);
      const live: KubeObject | undefined = await cluster.get(object).catch(() => undefined);
      const readiness = live && (await readinessOf(cluster, live));
      return readiness && !readiness.ready
        ? [`${kindOf(object)} ${nameOf(object)}: ${readiness.status}`, ...readiness.details]
        : [];
    }),
  );
  return problems.flat();
}

/** Tells what a release is waiting for, every few seconds, until the returned function is called. */
export function tellProgress(
  cluster: Cluster,
  namespace: string,
  name: string,
  tell: (text: string) => void,
): () => void {
  let isOver = false;
  const look = async () => {
    const [stored] = await releaseHistory(cluster, namespace, name);
    const [problem] = stored?.status.startsWith("pending-")
      ? await releaseProblems(cluster, namespace, stored.manifest)
      : [];
    if (problem && !isOver) tell(problem);
  };
  const timer = setInterval(() => look().catch(() => undefined), watchMilliseconds);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
