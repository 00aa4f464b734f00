import { expect } from "@jest/globals";
import { kubectl, route } from "./lab.ts";
import { type SteadyLoad, startSteadyLoad } from "./traffic.ts";

/** The environments, in the order in which an image goes through them. */
export const stacks = ["dev", "staging", "prod"] as const;
export type Stack = (typeof stacks)[number];

export const namespaceOf = (stack: Stack) => (stack === "dev" ? "canary-lab" : `canary-lab-${stack}`);

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status: { readonly containerStatuses?: readonly { readonly name: string; readonly imageID: string }[] };
}

/** The image that runs on a side of a stack, by its digest. Pods that are going serve until they have ended, and count no more. */
export async function digestOf(stack: Stack, slot: "v1" | "v2"): Promise<string> {
  const pods = ["get", "pods", "-l", `app=versioned-echo,version=${slot}`, "-o", "json"];
  const { items }: { readonly items: readonly Pod[] } = JSON.parse(await kubectl("-n", namespaceOf(stack), ...pods));
  const staying = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const echoes = staying.flatMap(({ status }) => status.containerStatuses ?? []).filter(({ name }) => name === "echo");
  const digests = new Set(echoes.map(({ imageID }) => /sha256:[0-9a-f]{64}$/.exec(imageID)?.[0] ?? imageID));
  expect(digests.size).toBe(1);
  return [...digests][0] ?? "";
}

/** The weights of the stable side and the canary that the cluster has, with a space between. */
export const liveShares = (stack: Stack) =>
  kubectl(
    "-n",
    namespaceOf(stack),
    "get",
    "virtualservice",
    route,
    "-o",
    'jsonpath={.spec.http[?(@.name=="weighted")].route[*].weight}',
  );

/** A steady load on each of the stacks, from a pod of its own namespace. */
export const loads = (...of: readonly Stack[]) =>
  Promise.all(of.map((stack) => startSteadyLoad({ rate: 50, from: namespaceOf(stack) })));

/** Ends loads, of which no request may have failed. */
export async function noneFailed(meanwhile: string, running: readonly SteadyLoad[]): Promise<void> {
  for (const { sent, failed, errors } of await Promise.all(running.map((load) => load.stop()))) {
    console.log(`# while ${meanwhile}: ${failed} of ${sent} requests to another environment failed`);
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  }
}
