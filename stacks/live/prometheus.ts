import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { type AskPrometheus, Unreadable } from "../../canary/judge/counters/prometheus.ts";
import { proxiedPath } from "../../cluster/kube/paths.ts";
import type { MonitoringFacts } from "../platform-facts.ts";

/** Asks the Prometheus of a platform by way of the API server: nothing has to be forwarded or opened. */
export const platformPrometheus =
  (
    client: Pick<ClusterClient, "get">,
    { namespace, service, port }: Pick<MonitoringFacts, "namespace" | "service" | "port">,
  ): AskPrometheus =>
  async (path) => {
    try {
      return await client.get(proxiedPath(namespace, service, port, `/api/v1/${path}`));
    } catch (error) {
      throw error instanceof UserError ? new Unreadable(error.message) : error;
    }
  };
