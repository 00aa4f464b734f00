import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { loopback } from "../../src/node/network/addresses.ts";
import { renderAuditPolicy } from "../../src/node/processes/audit.ts";
import { renderCniConfiguration, renderContainerdConfiguration } from "../../src/node/processes/containerd.ts";
import { renderKubeProxyConfiguration } from "../../src/node/processes/kube-proxy.ts";
import { renderKubeletConfiguration } from "../../src/node/processes/kubelet.ts";
import { type ProcessName, processNames } from "../../src/node/processes/process-spec.ts";
import { renderRegistryConfiguration } from "../../src/node/processes/registry.ts";
import { renderProcesses } from "../../src/node/processes/table.ts";
import { exampleSpec } from "./node-spec.ts";

const spec = exampleSpec();
const processes = renderProcesses(spec);
const argvOf = (name: ProcessName): readonly string[] => processes.find((process) => process.name === name)?.argv ?? [];

describe("every process", () => {
  test("is in the table once, and known to `down`", () => {
    expect(processes.map(({ name }) => name).sort()).toEqual([...processNames].sort());
  });

  test("is left out where the kernel cannot do its part", () => {
    const names = renderProcesses(exampleSpec({ enforcesPolicies: false })).map(({ name }) => name);
    expect(processNames.filter((name) => !names.includes(name))).toEqual(["kube-network-policies"]);
  });

  test("starts after those that it names, so the table has them first", () => {
    const seen = new Set<string>();
    for (const { name, after } of processes) {
      for (const needed of after) expect(seen).toContain(needed);
      seen.add(name);
    }
  });

  test("is a program of the lab's tools and keeps its files in the lab folder", () => {
    for (const { argv, files, folders, reads } of processes) {
      expect(argv[0]).toMatch(/^\/home\/me\/canary-lab\/\.lab\/tools\/bin\/[a-z-]+$/);
      for (const path of [...Object.keys(files ?? {}), ...(folders ?? []), ...(reads ?? [])])
        expect(path).toMatch(/^\/home\/me\/canary-lab\/\.lab\/(node|run)\//);
    }
  });

  test("listens on loopback or on the lab's bridge, never on every address", () => {
    const text = JSON.stringify(processes);
    expect(text).not.toMatch(/0\.0\.0\.0:|\[::\]|bind-address=0|"addr":":/);
    const listened = [...text.matchAll(/(?:bind-address|listen-\w+-urls)=(?:https:\/\/)?([\d.]+)/g)].map((m) => m[1]);
    expect(new Set(listened)).toEqual(new Set([loopback, spec.addresses.node]));
  });

  test("has no secret among its arguments or in its environment", () => {
    for (const { argv, env } of processes)
      expect(JSON.stringify([argv, env])).not.toMatch(/BEGIN|token-auth|password|insecure/i);
  });
});

describe("the API server", () => {
  test("knows nobody without a certificate or a service account's token", () => {
    expect(argvOf("kube-apiserver")).toEqual(
      expect.arrayContaining([
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--bind-address=198.18.0.1",
        "--service-cluster-ip-range=198.19.0.0/16",
      ]),
    );
  });

  test("writes down who changed what, without contents, and no more than 30 MB of it", () => {
    expect(argvOf("kube-apiserver")).toEqual(
      expect.arrayContaining([
        "--audit-policy-file=/home/me/canary-lab/.lab/node/config/audit-policy.yaml",
        "--audit-log-path=/home/me/canary-lab/.lab/logs/audit.log",
        "--audit-log-maxsize=10",
        "--audit-log-maxbackup=2",
      ]),
    );
    const { rules } = parse(renderAuditPolicy());
    expect(new Set(rules.map(({ level }: { level: string }) => level))).toEqual(new Set(["None", "Metadata"]));
    expect(rules.at(-1)).toEqual({ level: "Metadata" });
  });

  test("verifies etcd and the kubelet by their authorities", () => {
    const argv = argvOf("kube-apiserver").join("\n");
    expect(argv).toMatch(/--etcd-cafile=.*\/etcd-ca\.crt/);
    expect(argv).toMatch(/--kubelet-certificate-authority=.*\/ca\.crt/);
    expect(argv).toMatch(/--requestheader-client-ca-file=.*\/front-proxy-ca\.crt/);
  });
});

test("etcd asks clients and peers for certificates", () => {
  expect(argvOf("etcd")).toEqual(expect.arrayContaining(["--client-cert-auth", "--peer-client-cert-auth"]));
});

test("dockerd touches neither the host's network nor its Docker", () => {
  const argv = argvOf("dockerd");
  expect(argv).toEqual(
    expect.arrayContaining([
      "--bridge=none",
      "--iptables=false",
      "--ip6tables=false",
      "--ip-forward=false",
      "--ip-masq=false",
    ]),
  );
  for (const flag of ["host=unix://", "containerd=", "data-root=", "exec-root=", "pidfile=", "config-file="])
    expect(argv).toContainEqual(expect.stringContaining(`--${flag}/home/me/canary-lab/.lab/`));
});

describe("the kubelet's configuration", () => {
  const configuration = parse(renderKubeletConfiguration(spec));

  test("authenticates and authorizes whoever calls", () => {
    expect(configuration).toMatchObject({
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
      authorization: { mode: "Webhook" },
      readOnlyPort: 0,
      address: "198.18.0.1",
    });
  });

  test("filters the system calls of pods that ask for nothing", () => {
    expect(configuration.seccompDefault).toBe(true);
  });

  test("never collects images, for nothing can pull them again", () => {
    expect(configuration.imageGCHighThresholdPercent).toBe(100);
  });

  test("takes control groups of version 1, below the lab's own", () => {
    expect(configuration).toMatchObject({ failCgroupV1: false, cgroupDriver: "cgroupfs", cgroupRoot: "/canary-lab" });
  });
});

describe("kube-proxy's configuration", () => {
  test("serves node ports on loopback and on the node's address only", () => {
    expect(parse(renderKubeProxyConfiguration(spec))).toMatchObject({
      mode: "iptables",
      nodePortAddresses: ["127.0.0.0/8", "198.18.0.1/32"],
      iptables: { localhostNodePorts: true, masqueradeAll: false },
    });
  });

  test("masquerades all where bridged packets do not pass iptables", () => {
    const configuration = parse(renderKubeProxyConfiguration(exampleSpec({ bridgeNetfilter: false })));
    expect(configuration.iptables.masqueradeAll).toBe(true);
  });
});

describe("containerd's configuration", () => {
  test("lowers no out-of-memory score where that is withheld", () => {
    expect(renderContainerdConfiguration(spec)).toContain("restrict_oom_score_adj = false");
    expect(renderContainerdConfiguration(exampleSpec({ mayLowerOomScore: false }))).toContain(
      "restrict_oom_score_adj = true",
    );
  });

  test("names the pause image as it is preloaded, and keeps network namespaces in the lab folder", () => {
    const configuration = renderContainerdConfiguration(spec);
    expect(configuration).toContain('sandbox_image = "registry.k8s.io/pause:3.10"');
    expect(configuration).toContain("netns_mounts_under_state_dir = true");
  });

  test("streams on a port that is listed, on loopback", () => {
    expect(renderContainerdConfiguration(spec)).toContain(
      'stream_server_address = "127.0.0.1"\n  stream_server_port = "16390"',
    );
  });

  test("gives pods addresses above the node's", () => {
    const { plugins } = JSON.parse(renderCniConfiguration(spec));
    expect(plugins[0]).toMatchObject({ bridge: "canary-lab0", isGateway: true, hairpinMode: true, ipMasq: false });
    expect(plugins[0].ipam.ranges[0][0]).toMatchObject({ rangeStart: "198.18.1.0", rangeEnd: "198.18.255.254" });
  });
});

test("the registry serves TLS on the cluster's bridge, asks for a password and deletes nothing", () => {
  const configuration = parse(renderRegistryConfiguration(spec));
  expect(configuration.http).toMatchObject({ addr: "198.18.0.1:5001", tls: { minimumtls: "tls1.2" } });
  expect(configuration.auth.htpasswd.path).toBe("/home/me/canary-lab/.lab/node/config/registry.htpasswd");
  expect(configuration.storage.delete).toBeUndefined();
});
