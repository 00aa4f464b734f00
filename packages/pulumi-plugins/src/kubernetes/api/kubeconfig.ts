import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { type Kubeconfig, parseKubeconfig, readKubeconfig } from "@canary-lab/kit/kube/kubeconfig";

/**
 * A kubeconfig given as its text or as the path of a file, which may begin with `~/`.
 *
 * Credential commands (`exec`) in it run as kubectl runs them, in a text as in a file: a program that creates a cloud cluster
 * hands its kubeconfig on as text, and that names such a command. Who may hand it over is checked where the plugin is served.
 *
 * @throws Error where it does not parse
 */
export function kubeconfigFrom(pathOrText: string): Kubeconfig {
  const path = pathOrText.replace(/^~(?=\/)/, homedir());
  if (!pathOrText.includes("\n") && existsSync(path)) return readKubeconfig(path);
  return parseKubeconfig(pathOrText, process.cwd());
}
