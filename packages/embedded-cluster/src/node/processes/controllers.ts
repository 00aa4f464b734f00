import { join } from "node:path";
import { renderKubeconfig } from "../kubeconfig.ts";
import { loopback, loopbackPorts } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile, pemFile, serviceAccountFiles } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** What controller manager and scheduler have in common: their own user, and a verified, authenticated port on loopback. */
function renderLoopbackServer(
  { layout, addresses, tools }: NodeSpec,
  of: {
    readonly name: "kube-controller-manager" | "kube-scheduler";
    readonly certificate: "controller-manager" | "scheduler";
    readonly port: number;
  },
): ProcessSpec {
  const kubeconfig = join(layout.config, `${of.name}.kubeconfig`);
  const serving = pemFile(layout.pki, `${of.certificate}-serving`);
  const client = pemFile(layout.pki, of.certificate);
  const authority = authorityFile(layout.pki, "ca");
  return {
    name: of.name,
    argv: [
      join(tools.bin, of.name),
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--client-ca-file=${authority}`,
      `--requestheader-client-ca-file=${authorityFile(layout.pki, "front-proxy-ca")}`,
      `--bind-address=${loopback}`,
      `--secure-port=${of.port}`,
      `--tls-cert-file=${serving}`,
      `--tls-private-key-file=${serving}`,
      // There is one of each: an election would only make a restart wait for the old lease.
      "--leader-elect=false",
      "--profiling=false",
    ],
    files: {
      [kubeconfig]: renderKubeconfig({
        server: addresses.apiServerUrl,
        user: of.name,
        authority,
        certificate: client,
      }),
    },
    reads: [serving, client, authority],
    after: ["kube-apiserver"],
    ready: { kind: "https", url: `https://${loopback}:${of.port}/healthz`, authority: "ca" },
    readySeconds: 60,
  };
}

export function renderControllerManager(spec: NodeSpec): ProcessSpec {
  const { layout } = spec;
  const { privateKey } = serviceAccountFiles(layout.pki);
  const base = renderLoopbackServer(spec, {
    name: "kube-controller-manager",
    certificate: "controller-manager",
    port: loopbackPorts.controllerManager,
  });
  return {
    ...base,
    argv: [
      ...base.argv,
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${privateKey}`,
      `--root-ca-file=${authorityFile(layout.pki, "ca")}`,
      // It starts by asking for a token per controller; at its usual 20 requests/s that takes four seconds.
      "--kube-api-qps=300",
      "--kube-api-burst=600",
      // Pods of a node whose kubelet is silent for this long (default: 50 s) count as not ready and leave their Services. They serve still,
      // and there is no other node: each request would fail until the kubelet is back.
      "--node-monitor-grace-period=24h",
      // The bridge plugin hands out pod addresses.
      "--allocate-node-cidrs=false",
    ],
    reads: [...(base.reads ?? []), privateKey],
  };
}

export function renderScheduler(spec: NodeSpec): ProcessSpec {
  return renderLoopbackServer(spec, {
    name: "kube-scheduler",
    certificate: "scheduler",
    port: loopbackPorts.scheduler,
  });
}
