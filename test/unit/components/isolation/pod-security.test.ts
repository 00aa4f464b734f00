import { describe, expect, test } from "@jest/globals";
import { isEnforcedBy, podSecurityLabels } from "../../../../components/isolation/pod-security.ts";
import type { RawConfig } from "../../../../stacks/config/parse-config.ts";
import { manifestsOf } from "../../../e2e/support/manifests.ts";
import { variations } from "../../../e2e/support/variations.ts";

interface Security {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly procMount?: string;
}

interface PodSpec {
  readonly securityContext?: Security & { readonly sysctls?: readonly unknown[] };
  readonly containers: readonly {
    readonly name: string;
    readonly securityContext?: Security;
    readonly ports?: readonly { readonly hostPort?: number }[];
  }[];
  readonly initContainers?: PodSpec["containers"];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What the profile `restricted` has against a pod: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted. */
function faultsOf(pod: PodSpec): readonly string[] {
  const isOf = (holds: boolean, fault: string) => (holds ? [] : [fault]);
  const { containers, initContainers = [], volumes = [], securityContext: ofPod = {} } = pod;
  return [
    ...isOf(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, "namespaces of the host"),
    ...isOf(!ofPod.sysctls?.length, "sysctls"),
    ...volumes.flatMap((volume) =>
      isOf(
        Object.keys(volume).every((key) => key === "name" || volumeKinds.includes(key)),
        `volume ${volume.name}`,
      ),
    ),
    ...[...containers, ...initContainers].flatMap(({ name, ports = [], securityContext: own = {} }) => {
      const { add = [], drop = [] } = own.capabilities ?? {};
      return [
        ...isOf(!own.privileged, "privileged"),
        ...isOf(own.allowPrivilegeEscalation === false, "allowPrivilegeEscalation"),
        ...isOf(drop.includes("ALL") && add.every((one) => one === "NET_BIND_SERVICE"), "capabilities"),
        ...isOf((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true, "runAsNonRoot"),
        ...isOf((own.runAsUser ?? ofPod.runAsUser) !== 0, "runAsUser"),
        ...isOf(
          ["RuntimeDefault", "Localhost"].includes((own.seccompProfile ?? ofPod.seccompProfile)?.type ?? ""),
          "seccompProfile",
        ),
        ...isOf((own.procMount ?? "Default") === "Default", "procMount"),
        ...isOf(
          ports.every(({ hostPort }) => !hostPort),
          "hostPort",
        ),
      ].map((fault) => `${name}: ${fault}`);
    }),
  ];
}

type Workload = { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };

const podsOf = async (values: RawConfig) =>
  (await manifestsOf(values)).flatMap((manifest) => {
    const pod = (manifest as Workload).spec?.template?.spec;
    return pod?.containers ? [{ name: manifest.metadata.name, pod }] : [];
  });

const judged = { strategy: "rollout-canary", monitoring: true, analysis: "step" };

describe("every pod of ours is restricted", () => {
  test.each([
    ...Object.entries(variations).map(([strategy, { plain }]) => ({ strategy, ...plain })),
    judged,
    { strategy: "istio", ...variations.istio["another service"] },
  ] as readonly RawConfig[])("%j", async (values) => {
    const pods = await podsOf(values);
    expect(pods.length).toBeGreaterThan(1);
    expect(pods.flatMap(({ name, pod }) => faultsOf(pod).map((fault) => `${name}: ${fault}`))).toEqual([]);
  });

  test("which is looked at: the judge among them, and a pod that is not is seen", async () => {
    const pods = await podsOf(judged);
    expect(pods.map(({ name }) => name)).toContain("versioned-echo-judge");
    expect(faultsOf({ containers: [{ name: "bare" }], volumes: [{ name: "host", hostPath: {} }] })).toEqual([
      "volume host",
      "bare: allowPrivilegeEscalation",
      "bare: capabilities",
      "bare: runAsNonRoot",
      "bare: seccompProfile",
    ]);
  });
});

describe("the labels of a namespace", () => {
  test("audit and warn, and refuse only where that is asked for", () => {
    const told = { "pod-security.kubernetes.io/audit": "restricted", "pod-security.kubernetes.io/warn": "restricted" };
    expect(podSecurityLabels(false)).toEqual(told);
    expect(podSecurityLabels(true)).toEqual({ ...told, "pod-security.kubernetes.io/enforce": "restricted" });
    expect([true, false].map((isEnforced) => isEnforcedBy(podSecurityLabels(isEnforced)))).toEqual([true, false]);
  });
});
