import type { Faults } from "../../../apps/versioned-echo/src/faults.ts";
import { putFaults } from "../../../canaryctl/src/faults.ts";
import { kubectl, namespace } from "./lab.ts";

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/**
 * Sets the faults of every ready pod of the application with these labels, such as `role=canary`.
 *
 * @param faults what is left out is healthy
 * @returns how many pods that were
 */
export async function setFaults(labels: string, faults: Partial<Faults>): Promise<number> {
  const query = ["get", "pods", "-n", namespace, "-l", `app=versioned-echo,${labels}`, "-o", "json"];
  const { items } = JSON.parse(await kubectl(...query)) as Pods;
  const ready = items.filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && status.conditions?.some((each) => each.type === "Ready" && each.status === "True"),
  );
  for (const { metadata } of ready) {
    const answer = await kubectl("exec", "-n", namespace, metadata.name, "-c", "echo", "--", ...putFaults(faults));
    if (answer !== "set") throw new Error(`Pod ${metadata.name} does not take the fault: ${answer}`);
  }
  return ready.length;
}
