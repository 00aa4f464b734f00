import { readdirSync, readFileSync } from "node:fs";
import { kubectl, namespace } from "../e2e/support/lab.ts";

/** The name of a pod of the application's namespace. */
export const firstPod = (labels: string): Promise<string> =>
  kubectl("get", "pods", "-n", namespace, "-l", labels, "-o", "jsonpath={.items[0].metadata.name}");

/** Process ids, as this machine has them, of what runs in the containers of one pod. */
export function processesOf(pod: string, command: RegExp): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const isOfPod = readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(`HOSTNAME=${pod}`);
        return isOfPod && command.test(readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        return false; // it has ended
      }
    })
    .map(Number);
}
