import { describe, expect, test } from "@jest/globals";
import { differences, type MachineTrace, unlisted, unseen } from "../../e2e/support/machine-trace.ts";

const trace = (more: Partial<MachineTrace> = {}): MachineTrace => ({
  link: ["lo"],
  address: ["127.0.0.1/8 dev lo"],
  route: [],
  chain: [],
  sysctl: ["net/ipv4/ip_forward=0", "net/ipv4/tcp_sack=1"],
  mount: ["/"],
  cgroup: ["/cpu"],
  listener: [],
  process: [],
  file: ["/run/lock"],
  module: [],
  ...more,
});

test("differences are what came and what went", () => {
  const after = trace({ link: ["eth9"] });
  expect(differences(trace(), after).map(({ kind, text, sign }) => `${sign} ${kind} ${text}`)).toEqual([
    "+ link eth9",
    "- link lo",
  ]);
  expect(differences(trace(), trace())).toEqual([]);
});

describe("the footprint", () => {
  test.each<[string, Partial<MachineTrace>]>([
    ["the bridge", { link: ["lo", "canary-lab0", "veth1a2b3c4d"] }],
    ["the node's address", { address: ["127.0.0.1/8 dev lo", "198.18.0.1/16 dev canary-lab0"] }],
    ["the route of Services", { route: ["198.19.0.0/16 dev canary-lab0 via - table main"] }],
    ["a jump", { chain: ["iptables filter -A INPUT -i canary-lab0 -j CANARY-LAB-INPUT"] }],
    ["a chain of kube-proxy", { chain: ["ip6tables nat :KUBE-SERVICES -"] }],
    ["forwarding", { sysctl: ["net/ipv4/ip_forward=1", "net/ipv4/tcp_sack=1"] }],
    ["the control group", { cgroup: ["/cpu", "/cpu/canary-lab", "/cpu/canary-lab/kubepods"] }],
    ["the API server", { listener: ["tcp 198.18.0.1:6443"] }],
    ["etcd", { listener: ["tcp 127.0.0.1:16379"] }],
    ["containerd's streaming server", { listener: ["tcp 127.0.0.1:16390"] }],
    ["a shim's socket", { listener: ["unix /run/containerd/s/ab"], file: ["/run/lock", "/run/containerd/s/ab"] }],
    ["the API server's process", { process: ["its own: /me/.lab/bin/kube-apiserver --v=2"] }],
    ["a pod", { process: ["in its group: /pause"] }],
    ["the deletion of caches", { process: ["other: rm -rf /me/.cache/canary-lab/deleting/a"] }],
    ["folders", { file: ["/run/lock", "/run/containerd", "/run/docker", "/run/canary-lab/owner.json"] }],
  ])("lists %s, and down has to undo it", (_, more) => {
    expect(unlisted(trace(), trace(more))).toEqual([]);
    expect(unlisted(trace(), trace(more), { onlyStaying: true })).not.toEqual([]);
  });

  test.each<[string, Partial<MachineTrace>]>([
    ["another link", { link: ["lo", "docker0"] }],
    ["another rule", { chain: ["iptables filter -A INPUT -j ACCEPT"] }],
    ["another setting", { sysctl: ["net/ipv4/ip_forward=0", "net/ipv4/tcp_sack=0"] }],
    ["a listener on every address", { listener: ["tcp *:6443"] }],
    ["a mount", { mount: ["/", "/mnt"] }],
    ["another group", { cgroup: ["/cpu", "/cpu/docker"] }],
    ["a process that is none of the cluster's", { process: ["other: node /me/canaryctl.mjs watch"] }],
    ["a module for another thing", { module: ["nfs"] }],
    ["a file in the user's home", { file: ["/run/lock", "/home/me/.config/go"] }],
    ["a file in /etc", { file: ["/run/lock", "/etc/cni 1"] }],
    ["something that is gone", { file: [] }],
  ])("does not list %s", (_, more) => {
    expect(unlisted(trace(), trace(more))).toHaveLength(_ === "another setting" ? 2 : 1);
  });

  test("lists nothing that is not there: what is missing is named", () => {
    expect(unseen(trace(), [{ words: "", covers: { link: /^lo$/, file: /^\/gone$/, module: /^veth$/ } }])).toEqual([
      "file: ^\\/gone$",
    ]);
  });

  test("says that modules stay, with their own settings", () => {
    const after = trace({ module: ["veth"], sysctl: [...trace().sysctl, "net/netfilter/nf_log=1"] });
    expect(unlisted(trace(), after, { onlyStaying: true })).toEqual([]);
  });
});
