import { join } from "node:path";
import { cgroupName } from "../machine/cgroups.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** The image builder: a dockerd that runs on the lab's containerd and leaves the host's network alone. */
export function renderDockerd({ layout, tools }: NodeSpec): ProcessSpec {
  const root = join(layout.state, "docker");
  const execRoot = join(layout.run, "docker");
  const configuration = join(layout.config, "docker", "daemon.json");
  const pidFile = join(layout.run, "docker.pid");
  const authority = authorityFile(layout.pki, "ca");
  return {
    name: "dockerd",
    argv: [
      join(tools.bin, "dockerd"),
      `--config-file=${configuration}`,
      `--host=unix://${layout.dockerSocket}`,
      `--containerd=${layout.containerdSocket}`,
      `--data-root=${root}`,
      `--exec-root=${execRoot}`,
      `--pidfile=${pidFile}`,
      `--cgroup-parent=/${cgroupName}/docker`,
      "--exec-opt=native.cgroupdriver=cgroupfs", // or it would ask systemd, where there is one, for a slice
      "--group=root",
      "--bridge=none",
      "--iptables=false",
      "--ip6tables=false",
      "--ip-forward=false",
      "--ip-masq=false",
      "--userland-proxy=false",
      "--oom-score-adjust=0",
      "--log-level=warn",
    ],
    // It pushes to the lab's registry. Go reads the machine's own authorities from the folder, the lab's from the file.
    env: { SSL_CERT_FILE: authority, DOCKER_TMPDIR: join(root, "tmp") },
    data: [root],
    folders: [root, join(root, "tmp"), execRoot],
    files: { [configuration]: "{}\n" },
    stale: [pidFile], // it takes a zombie, or another process that got the pid since, for itself
    reads: [authority],
    after: ["containerd"],
    ready: { kind: "socket", socket: layout.dockerSocket, path: "/_ping" },
    readySeconds: 30,
  };
}
