import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { istioVersion } from "../../../stacks/versions.ts";
import { mustRun } from "./command.ts";
import { kubectl, labShell } from "./lab.ts";

/** An Istio that nobody's stack installed: a revision in a namespace of its own, beside that of the lab, with an ingress gateway. */
export const theirs = {
  revision: "theirs",
  mesh: "their-mesh",
  gateway: "their-gateway",
  /** Port of the nodes at which its gateway answers. */
  nodePort: 30_081,
} as const;

const gatewayPorts = [
  { name: "status-port", port: 15021, targetPort: 15021 },
  { name: "http2", port: 80, targetPort: 80, nodePort: theirs.nodePort },
];

/** For two cores: what the lab sets for its own. */
const small = ["resources.requests.cpu=20m", "resources.requests.memory=128Mi"];

/** What `helm template` makes of a chart of the embedded lab. */
async function rendered(
  chart: string,
  release: string,
  namespace: string,
  ...args: readonly string[]
): Promise<string> {
  const env = await labShell();
  const folder = join(env.CANARY_LAB_CHART_MIRROR ?? "", `${chart}-${istioVersion}`);
  const sets = [...small, `revision=${theirs.revision}`].flatMap((value) => ["--set", value]);
  const { stdout } = await mustRun("helm", ["template", release, folder, "--namespace", namespace, ...sets, ...args], {
    env,
    quiet: true,
  });
  return stdout;
}

/** Installs it as its owners would, by helm and kubectl alone. @returns what takes it away again */
export async function installTheirIstio(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "their-istio-"));
  const file = join(folder, "manifests.yaml");
  const remove = async () => {
    await kubectl("delete", "--ignore-not-found", "-f", file);
    await kubectl("delete", "namespace", "--ignore-not-found", theirs.mesh, theirs.gateway);
    rmSync(folder, { recursive: true, force: true });
  };
  const proxies = ["global.proxy.resources.requests.cpu=10m", "global.proxy.resources.requests.memory=64Mi"];
  const manifests = await Promise.all([
    rendered(
      "istiod",
      "istiod",
      theirs.mesh,
      ...[`global.istioNamespace=${theirs.mesh}`, "autoscaleEnabled=false", ...proxies].flatMap((value) => [
        "--set",
        value,
      ]),
    ),
    rendered(
      "gateway",
      theirs.gateway,
      theirs.gateway,
      ...["--set", "autoscaling.enabled=false", "--set", "service.type=NodePort"],
      ...["--set-json", `service.ports=${JSON.stringify(gatewayPorts)}`],
    ),
  ]);
  writeFileSync(file, manifests.join("\n---\n"));
  try {
    await Promise.all([theirs.mesh, theirs.gateway].map((namespace) => kubectl("create", "namespace", namespace)));
    await shareAuthority();
    await kubectl("apply", "-f", file);
    await kubectl("-n", theirs.mesh, "rollout", "status", "deployment", "--timeout=50s");
    // A pod that was made before the webhook answered has no image; its owners would have it made anew, too.
    await kubectl("-n", theirs.gateway, "rollout", "restart", "deployment");
    await kubectl("-n", theirs.gateway, "rollout", "status", "deployment", "--timeout=50s");
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

/** Each control plane writes its root certificate into every namespace: two of one cluster need one authority, or they would take turns. */
async function shareAuthority(): Promise<void> {
  const secret = JSON.parse(await kubectl("-n", "istio-system", "get", "secret", "istio-ca-secret", "-o", "json"));
  const { type, data, metadata } = secret;
  const folder = mkdtempSync(join(tmpdir(), "their-authority-"));
  const file = join(folder, "secret.json");
  const copy = {
    apiVersion: "v1",
    kind: "Secret",
    type,
    data,
    metadata: { name: metadata.name, namespace: theirs.mesh },
  };
  writeFileSync(file, JSON.stringify(copy), { mode: 0o600 });
  try {
    await kubectl("apply", "-f", file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
