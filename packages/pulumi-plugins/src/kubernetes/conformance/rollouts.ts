import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureCharts } from "@canary-lab/embedded-cluster/charts/charts";
import { ensureImages } from "@canary-lab/embedded-cluster/images/images";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { clusterAddresses } from "@canary-lab/embedded-cluster/node/network/addresses";
import { chosenNetwork } from "@canary-lab/embedded-cluster/node/network/chosen-network";
import { defaultCache } from "@canary-lab/embedded-cluster/settings";
import { ensureTools } from "@canary-lab/embedded-cluster/toolchain/toolchain";
import { createProgress } from "@canary-lab/kit/progress";
import type { Run } from "./prepare.ts";

const controller = "argo-rollouts";
const definition = "rollouts.argoproj.io";

/** Whether a Rollouts controller watches all namespaces already, as its Deployment's arguments tell. */
async function isWatched(run: Run): Promise<boolean> {
  const path = "{range .items[*]}{.spec.template.spec.containers[0].args}{'\\n'}{end}";
  const selector = `app.kubernetes.io/name=${controller},app.kubernetes.io/component=rollouts-controller`;
  const found = await run("kubectl", ["get", "deployments", "-A", "-l", selector, "-o", `jsonpath=${path}`]);
  return found.split("\n").some((args) => args !== "" && !args.includes("--namespaced"));
}

/** The controller's chart and image, which a lab has only where a stack asks for them; built where they never were. */
async function chartOf(home: string): Promise<string> {
  const progress = await createProgress();
  const commands = { up: "bring the cluster up", down: "take the cluster down" };
  const settings = { home, cache: defaultCache(), commands };
  const tools = await ensureTools(settings, progress, ["rollouts"]);
  const addresses = clusterAddresses(chosenNetwork(settings));
  await ensureImages(["rollouts"], { tools, layout: nodeLayout(settings.home), addresses, settings, progress });
  const mirror = await ensureCharts(tools, settings.home);
  const chart = readdirSync(mirror).find((name) => name.startsWith(`${controller}-`));
  if (chart === undefined) throw new Error(`${mirror} has no chart ${controller}`);
  return join(mirror, chart);
}

/**
 * Makes sure that a Rollouts controller serves the namespace.
 *
 * @param home the folder of the embedded cluster
 * @returns what takes away what was made
 */
export async function ensureController(home: string, run: Run, namespace: string): Promise<() => Promise<void>> {
  if (await isWatched(run)) return async () => {};
  const chart = await chartOf(home);
  const isDefined = (await run("kubectl", ["get", "crd", definition, "--ignore-not-found", "-o", "name"])) !== "";
  const values = [
    "clusterInstall=false",
    `installCRDs=${!isDefined}`,
    "controller.replicas=1",
    "controller.readinessProbe.initialDelaySeconds=1",
  ];
  const input = await run("helm", ["template", controller, chart, "-n", namespace, "--set", values.join(",")]);
  await run("kubectl", ["apply", "--server-side", "--filename", "-"], { input });
  await run("kubectl", ["rollout", "status", "-n", namespace, `deployment/${controller}`, "--timeout=60s"]);
  return async () => {
    await run("kubectl", ["delete", "--ignore-not-found", "--filename", "-"], { input });
  };
}
