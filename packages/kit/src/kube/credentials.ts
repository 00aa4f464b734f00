import { type Fields, textIn } from "./kubeconfig.ts";

/** What a command of a kubeconfig hands out (client.authentication.k8s.io), as far as it is used here. */
export interface Credential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** When it ends; absent: with this process. */
  readonly expirationTimestamp?: string;
}

/** How long a credential command may take, in milliseconds. */
const commandMilliseconds = 60_000;

/**
 * Credentials that a command hands out, as the kubeconfigs of cloud clusters want it. The command runs without a shell, without
 * input and for a minute at most; its answer is kept until it ends.
 */
export function execCredentials(exec: Fields): () => Promise<Credential> {
  let current: Promise<Credential> | undefined;
  let endsAt = Number.POSITIVE_INFINITY;
  return async () => {
    if (!current || Date.now() >= endsAt) {
      current = runCommand(exec);
      try {
        const { expirationTimestamp } = await current;
        endsAt = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
      } catch (error) {
        current = undefined;
        throw error;
      }
    }
    return current;
  };
}

async function runCommand(exec: Fields): Promise<Credential> {
  const { execa } = await import("execa");
  const command = textIn(exec, "command");
  if (!command) throw new Error("the kubeconfig's exec names no command");
  const variables = (exec.env ?? []) as readonly { readonly name: string; readonly value: string }[];
  const spec = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const { stdout } = await execa(command, ((exec.args ?? []) as readonly unknown[]).map(String), {
    env: {
      ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(spec),
    },
    stdin: "ignore",
    timeout: commandMilliseconds,
  });
  const { status } = JSON.parse(stdout) as { readonly status?: Credential };
  if (!status) throw new Error(`${command} handed out no credential`);
  return status;
}
