import { join } from "node:path";
import { stringify } from "yaml";
import type { NodeLayout } from "../layout.ts";

/** Where the API server writes who changed what. */
export const auditLog = (layout: NodeLayout): string => join(layout.logs, "audit.log");

/**
 * Each change that is asked for, with who asked, when and from where: one line of JSON, without contents, so that no secret is in it.
 * Reading is left out, and what the cluster does to run itself: its own processes, leases, events, and questions that change nothing.
 */
export const renderAuditPolicy = (): string =>
  stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [
      { level: "None", verbs: ["get", "list", "watch"] },
      {
        level: "None",
        users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy"],
      },
      { level: "None", userGroups: ["system:nodes", "system:serviceaccounts:kube-system"] },
      {
        level: "None",
        resources: [
          { group: "", resources: ["events"] },
          { group: "events.k8s.io", resources: ["events"] },
          { group: "coordination.k8s.io", resources: ["leases"] },
          { group: "authentication.k8s.io" },
          { group: "authorization.k8s.io" },
        ],
      },
      { level: "Metadata" },
    ],
  });

/** Of the API server: 10 MB of them, and the two files before that. */
export const auditFlags = (layout: NodeLayout, policy: string): readonly string[] => [
  `--audit-policy-file=${policy}`,
  `--audit-log-path=${auditLog(layout)}`,
  "--audit-log-maxsize=10",
  "--audit-log-maxbackup=2",
];
