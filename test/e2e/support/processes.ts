import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

/** The arguments of a process; none where it is gone or is a thread of the kernel. */
function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** Processes of this lab that run a program of that name: an argument names the repository's folder. */
export function labProcesses(program: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const [file = "", ...rest] = argumentsOf(pid);
      return basename(file) === program && [file, ...rest].some((argument) => argument.includes(repositoryRoot));
    })
    .map(Number);
}

/** The process in a pod that hands its Envoy what comes from Istio's control plane; 0 where there is none. */
export function agentOf(pod: string): number {
  const isOfPod = (pid: string): boolean => {
    const [file = "", mode] = argumentsOf(pid);
    if (basename(file) !== "pilot-agent" || mode !== "proxy") return false;
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`POD_NAME=${pod}`);
  };
  return Number(readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && isOfPod(entry)) ?? 0);
}
