import { join } from "node:path";
import { imageNames } from "../../images/cluster-images.ts";
import { bridge, loopback, loopbackPorts } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { registryAccessFiles } from "../pki/registry-access.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** The CNI plugins that the pod network takes; containerd takes the last one by itself. */
const plugins = ["bridge", "host-local", "loopback"] as const;

const folders = ({ layout }: NodeSpec) => ({
  root: join(layout.state, "containerd"),
  // Short paths: the name of a Unix socket has at most 107 bytes.
  state: join(layout.run, "containerd"),
});

/** containerd's configuration: root, state and socket of its own, so that the host's containerd is not touched. */
export function renderContainerdConfiguration(spec: NodeSpec): string {
  const { layout, tools, host } = spec;
  const { root, state } = folders(spec);
  const text = JSON.stringify; // a JSON string is a TOML string
  return `version = 2
root = ${text(root)}
state = ${text(state)}
# Without these it would go on where its database is damaged, and do nothing.
required_plugins = ["io.containerd.metadata.v1.bolt", "io.containerd.grpc.v1.cri"]
disabled_plugins = ["io.containerd.internal.v1.restart", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
  address = ${text(layout.containerdSocket)}

[plugins."io.containerd.internal.v1.opt"]
  path = ${text(join(root, "opt"))}

[plugins."io.containerd.grpc.v1.cri"]
  # By default a free port that nobody could list.
  stream_server_address = ${text(loopback)}
  stream_server_port = ${text(String(loopbackPorts.containerdStreaming))}
  sandbox_image = ${text(imageNames(tools.versions).pause)}
  # Without CAP_SYS_RESOURCE runc may not lower a score, and no sandbox starts.
  restrict_oom_score_adj = ${!host.mayLowerOomScore}
  netns_mounts_under_state_dir = true
  # A profile would stay loaded in the host's kernel.
  disable_apparmor = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${text(layout.cniPlugins)}
  conf_dir = ${text(layout.cniConfiguration)}

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    Root = ${text(join(layout.run, "runc"))}
    SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = ${text(registryAccessFiles(layout).containerdHosts)}
`;
}

/** The pod network: every pod on the lab's bridge. Masquerading is one rule of the lab, not one chain per pod. */
export function renderCniConfiguration({ layout, addresses }: NodeSpec): string {
  return JSON.stringify(
    {
      cniVersion: "1.0.0",
      name: "canary-lab",
      plugins: [
        {
          type: "bridge",
          bridge,
          isGateway: true,
          ipMasq: false,
          hairpinMode: true,
          ipam: {
            type: "host-local",
            dataDir: join(layout.state, "cni"),
            ranges: [
              [
                {
                  subnet: addresses.podNetwork,
                  rangeStart: addresses.firstPod,
                  rangeEnd: addresses.lastPod,
                  gateway: addresses.node,
                },
              ],
            ],
            routes: [{ dst: "0.0.0.0/0" }],
          },
        },
      ],
    },
    null,
    2,
  );
}

export function renderContainerd(spec: NodeSpec): ProcessSpec {
  const { layout, tools } = spec;
  const { root, state } = folders(spec);
  const configuration = join(layout.config, "containerd.toml");
  return {
    name: "containerd",
    argv: [join(tools.bin, "containerd"), "--config", configuration, "--log-level=warn"],
    data: [root],
    folders: [root, state, join(layout.state, "cni"), layout.cniPlugins],
    files: { [configuration]: renderContainerdConfiguration(spec) },
    seeds: { [join(layout.cniConfiguration, "10-canary-lab.conflist")]: renderCniConfiguration(spec) },
    links: Object.fromEntries(
      plugins.map((name) => [join(layout.cniPlugins, name), join(tools.cniBin, name)] as const),
    ),
    after: [],
    ready: { kind: "socket", socket: layout.containerdSocket },
    readySeconds: 30,
  };
}
