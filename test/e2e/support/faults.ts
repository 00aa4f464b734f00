import { kubectl, namespace } from "./lab.ts";

/** What an application answers wrongly; what is left out is healthy. */
interface Faults {
  /** Whether the pod says that it is ready; default true. */
  readonly ready?: boolean;
  /** Share of the requests that are answered with 500, 0..1. */
  readonly errorRate?: number;
}

const put = (faults: Faults): string =>
  `fetch("http://127.0.0.1:8080/faults", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(${JSON.stringify(faults)}) }).then(({ ok }) => process.exit(ok ? 0 : 1))`;

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** Sets the faults of every ready pod of the application with these labels, such as `role=canary`. @returns how many pods that were */
export async function setFaults(labels: string, faults: Faults): Promise<number> {
  const query = ["get", "pods", "-n", namespace, "-l", `app=versioned-echo,${labels}`, "-o", "json"];
  const { items } = JSON.parse(await kubectl(...query)) as Pods;
  const ready = items.filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && status.conditions?.some((each) => each.type === "Ready" && each.status === "True"),
  );
  for (const { metadata } of ready)
    await kubectl("exec", "-n", namespace, metadata.name, "-c", "echo", "--", "node", "-e", put(faults));
  return ready.length;
}
