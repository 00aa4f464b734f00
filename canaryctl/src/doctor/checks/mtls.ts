import { renderPlainPort } from "../../../../components/isolation/render-mesh-policies.ts";
import { metricsPortOf } from "../../../../stacks/service-metrics.ts";
import type { ClusterFacts, Facts, PeerAuthenticationFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { standsOn } from "../objects.ts";

/** Prometheus is outside the mesh and scrapes the application in plain text, which STRICT refuses: its metrics are then absent. */
export function mtls({ peerAuthentications, namespace: own }: ClusterFacts, { config }: Facts): readonly Finding[] {
  const port = metricsPortOf(config);
  if (!config.monitoring || !peerAuthentications || port === undefined) return [];
  const deciding = decides(peerAuthentications, config, port, standsOn(own, config).mesh.controlPlane.namespace);
  if (!deciding) return [];
  const { namespace, name } = deciding;
  return [
    {
      id: `strict-mtls/${namespace}/${name}`,
      severity: "warning",
      what: "Mutual TLS is STRICT for the application, so Prometheus cannot scrape its metrics.",
      evidence: [`PeerAuthentication ${namespace}/${name}: mode ${modeAt(deciding, port)} at port ${port}`],
      mend: [exemption(config, port)],
    },
  ];
}

const modeAt = ({ mode, ports }: PeerAuthenticationFacts, port: number): string => ports[port] ?? mode;

/** The most specific one that says anything decides: for the pods, for the namespace, for the mesh. */
function decides(
  all: readonly PeerAuthenticationFacts[],
  { namespace, app }: Facts["config"],
  port: number,
  ofMesh: string,
) {
  const mode = (one: PeerAuthenticationFacts) => modeAt(one, port);
  const levels = [
    all.filter((one) => one.namespace === namespace && one.selector?.app === app),
    all.filter((one) => one.namespace === namespace && !one.selector),
    all.filter((one) => one.namespace === ofMesh && !one.selector),
  ];
  const found = levels.flat().find((one) => mode(one) !== "UNSET");
  return found && mode(found) === "STRICT" ? found : undefined;
}

/** Only the port of the metrics takes plain text; what is STRICT for everything else stays so. */
const exemption = (config: Facts["config"], port: number): string =>
  `kubectl apply -f - <<< '${JSON.stringify(renderPlainPort(config, port))}'`;
