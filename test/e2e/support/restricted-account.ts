import { writeFileSync } from "node:fs";
import { type Right, rulesOf } from "../../../components/accounts/render-account.ts";
import { applyObjects, kubectl } from "./lab.ts";

const name = "e2e-restricted";
const namespace = "kube-public";
const metadata = { name };

/**
 * An account that has these rights and no others. The namespaces that they are for are not there yet, and RBAC binds in no namespace that is
 * to come: what is for one of them holds for all.
 *
 * @param file gets a kubeconfig with the context `restricted`
 */
export async function makeRestrictedAccount(rights: readonly Right[], file: string): Promise<() => Promise<void>> {
  const rbac = "rbac.authorization.k8s.io";
  const subject = { kind: "ServiceAccount", name, namespace };
  await applyObjects(
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata, rules: rulesOf(rights) },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [subject],
    },
  );
  const token = await kubectl("-n", namespace, "create", "token", name, "--duration", "1h");
  const { clusters } = JSON.parse(await kubectl("config", "view", "--raw", "--minify", "-o", "json"));
  const context = { cluster: clusters[0].name, user: name };
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters,
      users: [{ name, user: { token } }],
      contexts: [{ name: "restricted", context }],
    }),
    { mode: 0o600 },
  );
  return async () => {
    await kubectl("delete", "--ignore-not-found", "clusterrolebinding,clusterrole", name);
    await kubectl("-n", namespace, "delete", "--ignore-not-found", "serviceaccount", name);
  };
}
