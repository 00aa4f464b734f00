import { toWeight } from "../../../canary/weight.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";

/** The defaults of Pulumi.yaml, with what a world adds. */
export const sampleConfig: LabConfig = {
  canaryWeight: toWeight(10),
  strategy: "istio",
  namespace: "canary-lab",
  app: "versioned-echo",
  stableImage: "versioned-echo:v1",
  canaryImage: "versioned-echo:v2",
  canaryEnabled: true,
  replicas: 2,
  canaryReplicas: 2,
  istiodReplicas: 1,
  gatewayNodePort: 30080,
  kubeContext: "canary-lab",
  imageRegistry: "198.18.0.1:5001",
};
