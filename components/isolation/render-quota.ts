import type { ApplicationName } from "../../canary/application-name.ts";

/** What the pods of a namespace may ask for together: quantities as the API server writes them, such as `1500m` and `2Gi`. */
export interface Room {
  readonly pods: string;
  readonly cpu: string;
  readonly memory: string;
}

export interface QuotaSpec extends ApplicationName {
  readonly room: Room;
}

export const quotaName = (app: string): string => `${app}-quota`;

export const renderQuota = ({ app, namespace, room: { pods, cpu, memory } }: QuotaSpec) => ({
  metadata: { name: quotaName(app), namespace, labels: { app } },
  spec: {
    hard: {
      pods,
      "requests.cpu": cpu,
      "requests.memory": memory,
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
