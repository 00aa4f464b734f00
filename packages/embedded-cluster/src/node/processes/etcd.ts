import { join } from "node:path";
import { loopback, loopbackPorts } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

const clientUrl = `https://${loopback}:${loopbackPorts.etcd}`;
const peerUrl = `https://${loopback}:${loopbackPorts.etcdPeer}`;

/** The flag of the API server that names etcd. */
export const etcdServers = clientUrl;

/** etcd on loopback; clients and peers show a certificate of the authority that signs for nothing else. */
export function renderEtcd({ layout, tools }: NodeSpec): ProcessSpec {
  const dataFolder = join(layout.state, "etcd");
  const certificate = pemFile(layout.pki, "etcd");
  const authority = authorityFile(layout.pki, "etcd-ca");
  return {
    name: "etcd",
    argv: [
      join(tools.bin, "etcd"),
      "--name=canary-lab",
      `--data-dir=${dataFolder}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=canary-lab=${peerUrl}`,
      `--cert-file=${certificate}`,
      `--key-file=${certificate}`,
      `--trusted-ca-file=${authority}`,
      "--client-cert-auth",
      `--peer-cert-file=${certificate}`,
      `--peer-key-file=${certificate}`,
      `--peer-trusted-ca-file=${authority}`,
      "--peer-client-cert-auth",
      // What a killed process has written is in the page cache and survives it; only a machine that loses power can lose data.
      // The lab is made anew in two minutes, so the disk need not be waited for at each write.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
    folders: [dataFolder],
    data: [dataFolder],
    reads: [certificate, authority],
    after: [],
    ready: {
      kind: "https",
      url: `${clientUrl}/health`,
      authority: "etcd-ca",
      certificate: "apiserver-etcd-client",
    },
    readySeconds: 30,
  };
}
