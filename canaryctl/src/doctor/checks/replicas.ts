import { expectedWorkloads } from "../expected.ts";
import type { ClusterFacts, Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { isForeignWriter, writtenBy } from "../writers.ts";

/** Who owns the number of pods: the config, or somebody who scales. */
export function replicas(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  if (config.autoscaling) return []; // the autoscaler's
  return expectedWorkloads(config).flatMap(({ kind, name, replicas }): readonly Finding[] => {
    const live = cluster.workloads?.find((one) => one.kind === kind && one.name === name);
    if (!live) return [];
    const scaler = cluster.autoscalers?.find(({ target }) => target === name);
    const { replicasWriter: writer, wanted } = live;
    const place = `${kind} ${config.namespace}/${name}`;
    const evidence = [`${place}: ${wanted} pods, the config: ${replicas}`, ...writtenBy(writer)];
    if (scaler) {
      return [
        {
          id: `autoscaler/${name}`,
          severity: "warning",
          what: `HorizontalPodAutoscaler ${scaler.name} and the config both set the number of pods of ${name}.`,
          evidence,
          mend: [`kubectl -n ${config.namespace} delete horizontalpodautoscaler ${scaler.name}`],
        },
      ];
    }
    if (wanted !== replicas) {
      return [
        {
          id: `replicas/${name}`,
          severity: wanted < replicas ? "error" : "warning",
          what: `${name} has been scaled: ${wanted} pods, and the config asks for ${replicas}.`,
          evidence,
          mend: ["npx canaryctl up"],
          ...(wanted < replicas && { fix: { kind: "up" } }),
        },
      ];
    }
    if (!isForeignWriter(writer)) return [];
    return [
      {
        id: `foreign-writer/${name}`,
        severity: "info",
        what: `${writer.manager} has written the number of pods of ${name}, which is the config's.`,
        evidence,
        mend: [],
      },
    ];
  });
}
