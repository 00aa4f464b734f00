import { join } from "node:path";
import type { Tools } from "../toolchain/tools.ts";
import type { ImageSpec } from "./image.ts";
import type { LayerSource } from "./layers.ts";

/** The images that every cluster needs, and those of the mesh and of applications. */
export type ImageRole = "pause" | "coredns" | "pilot" | "proxy" | "node";

/**
 * Each image's full name: the one that upstream publishes it under, which manifests, charts and the kubelet ask for.
 * `node` is the base that the application's Dockerfile builds on.
 */
export function imageNames(versions: Tools["versions"]): Readonly<Record<ImageRole, string>> {
  return {
    pause: `registry.k8s.io/pause:${versions.pause}`,
    coredns: `docker.io/coredns/coredns:${versions.coredns}`,
    pilot: `docker.io/istio/pilot:${versions.istio}`,
    proxy: `docker.io/istio/proxyv2:${versions.istio}`,
    node: `docker.io/library/node:${versions.node.split(".")[0]}-${versions.debian}-slim`,
  };
}

/**
 * What each image is made of. Entry points, users and paths are upstream's, since charts, injection templates and
 * pilot-agent rely on them. Static programs stand alone; those that need a libc, iptables or a shell stand on the base.
 */
export function clusterImages(tools: Tools): Readonly<Record<ImageRole, ImageSpec>> {
  const { versions } = tools;
  const names = imageNames(versions);
  const base: LayerSource = { tar: tools.baseRootfs };
  const program = (from: string, to: string): LayerSource => ({ files: [{ from, to }] });
  return {
    pause: {
      name: names.pause,
      description: "canary-lab: a program that waits, built from source",
      layers: [program(tools.pause, "/pause")],
      entrypoint: ["/pause"],
      user: "65535:65535",
    },
    coredns: {
      name: names.coredns,
      description: `canary-lab: CoreDNS ${versions.coredns} with the plugins of the lab, built from its Go module`,
      layers: [program(tools.coredns, "/coredns")],
      entrypoint: ["/coredns"],
    },
    pilot: {
      name: names.pilot,
      description: `canary-lab: pilot-discovery ${versions.istio}, built from its Go module, on Debian`,
      layers: [base, program(tools.pilotDiscovery, "/usr/local/bin/pilot-discovery")],
      entrypoint: ["/usr/local/bin/pilot-discovery"],
      user: "1337:1337",
    },
    proxy: {
      name: names.proxy,
      description: `canary-lab: upstream Envoy ${versions.envoy} and pilot-agent ${versions.istio}, without Istio's own Envoy filters, on Debian`,
      layers: [
        base,
        {
          files: [
            {
              from: join(tools.istioModule, "tools/packaging/common/envoy_bootstrap.json"),
              to: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
              mode: 0o644,
            },
            { from: tools.pilotAgent, to: "/usr/local/bin/pilot-agent" },
            { from: tools.envoy, to: "/usr/local/bin/envoy" },
          ],
        },
      ],
      entrypoint: ["/usr/local/bin/pilot-agent"],
      environment: [`ISTIO_META_ISTIO_PROXY_SHA=envoy-${versions.envoy}`],
    },
    node: {
      name: names.node,
      description: `canary-lab: Node.js ${versions.node} from its npm package, without npm and yarn, on Debian`,
      layers: [base, program(tools.node, "/usr/local/bin/node")],
      command: ["node"],
      environment: [`NODE_VERSION=${versions.node}`],
    },
  };
}
