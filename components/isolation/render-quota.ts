import { canonicalQuantity } from "@canary-lab/kit/kube/quantity";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { Amounts } from "../../canary/cost.ts";

/** What the pods of a namespace may ask for together. */
export interface Room extends Amounts {
  readonly pods: number;
}

export interface QuotaSpec extends ApplicationName {
  readonly room: Room;
}

export const quotaName = (app: string): string => `${app}-quota`;

export const renderQuota = ({ app, namespace, room: { pods, cpu, memory } }: QuotaSpec) => ({
  metadata: { name: quotaName(app), namespace, labels: { app } },
  spec: {
    hard: {
      pods: String(pods),
      // As the API server writes them.
      "requests.cpu": canonicalQuantity(`${Math.round(cpu * 1000)}m`),
      "requests.memory": canonicalQuantity(`${Math.ceil(memory / 2 ** 20)}Mi`),
    },
  },
});

/** For containers that say nothing: the quota lets in none of a pod that asks for nothing. */
export const renderDefaults = ({ app, namespace }: ApplicationName) => ({
  metadata: { name: `${app}-defaults`, namespace, labels: { app } },
  spec: {
    limits: [{ type: "Container", defaultRequest: { cpu: "10m", memory: "64Mi" }, default: { memory: "256Mi" } }],
  },
});
