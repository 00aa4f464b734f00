import { startSeconds } from "../../canary/pods/start-fault.ts";
import { factsOf } from "../../canary/strategies.ts";
import { clusterRegistry } from "../../cluster/images/cluster-registry.ts";
import { clientName, deploymentName, judgeName, type Version, versions } from "../../components/names.ts";
import { probationSeconds } from "../../components/rolling-update/render-rolling-update.ts";
import type { LabConfig } from "../config/schema.ts";
import type { DeploymentStart } from "./started-deployment.ts";

/** The Deployment of one side, and the ways on where its pods cannot start. */
export const sideStart = ({ app, namespace }: LabConfig, version: Version): DeploymentStart => ({
  namespace,
  name: deploymentName(app, version),
  seconds: startSeconds,
  next:
    version === versions.canary
      ? ["npx canaryctl up", "npx canaryctl rollback && npx canaryctl delete-canary"]
      : ["npx canaryctl up"],
});

/** The one Deployment that goes from version to version; each new pod has to be ready for some time before the next. */
export const rollingStart = ({
  app,
  namespace,
  replicas,
  rollingUpdate,
  canaryEnabled,
  strategy,
}: LabConfig): DeploymentStart => {
  const back = factsOf(strategy).owner === "rollout-controller" ? "npx canaryctl rollback" : "npx canaryctl undo";
  return {
    namespace,
    name: app,
    seconds: startSeconds + probationSeconds({ ...rollingUpdate, replicas }),
    next: ["npx canaryctl up", ...(canaryEnabled ? [back] : [])],
  };
};

/** A Deployment that stands beside the sides. */
const helperStart = (name: string, { namespace }: Pick<LabConfig, "namespace">): DeploymentStart => ({
  namespace,
  name,
  seconds: startSeconds,
  next: ["npx canaryctl up"],
});

export const clientStart = (config: LabConfig): DeploymentStart => helperStart(clientName(config.app), config);
export const judgeStart = (config: LabConfig): DeploymentStart => helperStart(judgeName(config.app), config);

/** What the cluster's own registry consists of. */
export const registryStart: DeploymentStart = helperStart(clusterRegistry.name, clusterRegistry);
export const mirrorStart: DeploymentStart = {
  ...helperStart(clusterRegistry.mirror, clusterRegistry),
  kind: "DaemonSet",
};
