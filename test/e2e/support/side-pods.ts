import { kubectl, namespace } from "./lab.ts";

/** Ready pods of the stable side and of the canary. */
export async function readyPods(): Promise<readonly number[]> {
  const ready = async (version: string) => {
    const name = `versioned-echo-${version}`;
    return Number(await kubectl("get", "deployment", name, "-n", namespace, "-o", "jsonpath={.status.readyReplicas}"));
  };
  return [await ready("v1"), await ready("v2")];
}
