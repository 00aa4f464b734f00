import { resolve } from "node:path";
import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";
import { type Fields, readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { clientOf } from "../../../cluster/kube/client.ts";
import { accountTokenPath } from "../../../cluster/kube/paths.ts";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";
import { accountName } from "../../../components/names.ts";
import type { RoleName } from "../../../stacks/role-names.ts";
import { asDeployed } from "../deployed.ts";
import { openForRollback } from "../lab.ts";
import { print } from "../print.ts";
import { optionsOf } from "./arguments.ts";

interface KubeconfigOptions {
  readonly role: RoleName;
  /** Seconds. */
  readonly for: number;
  readonly output?: string;
}

export async function run(command: Command): Promise<void> {
  const { role, for: seconds, output, ...options } = optionsOf<KubeconfigOptions>(command);
  const { environment, config, stackFile } = await asDeployed(openForRollback(options));
  const file =
    output === undefined
      ? inLab("accounts", `${[stackFile.stack, stackFile.service, role].filter(Boolean).join("-")}.yaml`)
      : resolve(output);
  mustBeOurs(file);
  const { token, until } = await requestToken(clientOf(environment), config, role, seconds);
  const { cluster } = selectContext(readKubeconfig(environment.kubeconfig), { context: environment.kubeContext });
  writePrivateFile(file, kubeconfigText({ ...environment, cluster, ...config, role, token }));
  const account = `${config.namespace}/${accountName(config.app, role)}`;
  print([withNext(`${file} is for account ${account}, until ${until}.`, statusAs(environment, file))]);
}

/** A stack's cluster is known by its context; the variables say which account acts on it. */
const statusAs = ({ kubeContext }: Environment, file: string): string =>
  `CANARY_LAB_KUBE_CONTEXT=${quoted(kubeContext)} CANARY_LAB_KUBECONFIG=${quoted(file)} npx canaryctl status`;

/** The mark of a kubeconfig that this command has written, as the format has a place for it. */
const mark = "canary-lab-account";

/** @throws UserError where the file is somebody else's */
export function mustBeOurs(file: string): void {
  const text = readIfThere(file);
  if (text === undefined || text.includes(`"name": "${mark}"`)) return;
  throw new UserError("The file is there, and this command has not written it.", {
    place: file,
    allowed: "a path without a file, or with a kubeconfig that canaryctl kubeconfig wrote",
    next: "npx canaryctl kubeconfig --help",
  });
}

/**
 * A token of an application's account, which ends by itself.
 *
 * @returns also when it ends, which may be earlier than asked for: the API server has a limit of its own
 * @throws UserError where there is no such account, or where whoever asks may not have a token of it
 */
export async function requestToken(
  client: Pick<KubeClient, "create">,
  { app, namespace }: ApplicationName,
  role: RoleName,
  expirationSeconds: number,
): Promise<{ readonly token: string; readonly until: string }> {
  const name = accountName(app, role);
  const path = accountTokenPath(namespace, name);
  try {
    const { status } = await client.create<TokenRequest>(path, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds },
    });
    return { token: status.token, until: status.expirationTimestamp };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const place = `ServiceAccount ${namespace}/${name}`;
    if (error.status === 404)
      throw new UserError(`The application has no account for role ${role}.`, {
        place,
        next: "npx canaryctl config set accounts true && npx canaryctl up",
      });
    if (error.status === 403)
      throw new UserError("This account may give no token of that one.", {
        place,
        allowed: "an account that may create serviceaccounts/token there, such as the one that ran up",
        next: `kubectl auth can-i create serviceaccounts/token --namespace ${quoted(namespace)}`,
      });
    throw error;
  }
}

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

interface KubeconfigSpec extends ApplicationName {
  readonly kubeContext: string;
  /** The cluster's entry in the kubeconfig by which the token was asked for. */
  readonly cluster: Fields;
  readonly role: RoleName;
  readonly token: string;
}

/**
 * A kubeconfig whose context has the name by which the stack's state knows the cluster, and the same entry for that: by another one the engine
 * would take it for another cluster, and make all that is in it anew.
 */
export function kubeconfigText({ kubeContext, cluster, app, namespace, role, token }: KubeconfigSpec): string {
  const user = accountName(app, role);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    extensions: [{ name: mark, extension: { role } }],
    clusters: [{ name: kubeContext, cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: kubeContext, context: { cluster: kubeContext, user, namespace } }],
    "current-context": kubeContext,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
