import { readFileSync } from "node:fs";
import type { Agent, OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { agentFor, type TlsOptions } from "../http.ts";
import { proxyFor } from "../proxy.ts";
import { UserError } from "../user-error.ts";
import { type Credential, execCredentials } from "./credentials.ts";
import { type Fields, type SelectedContext, textIn } from "./kubeconfig.ts";

/** How to send a request to one API server as one user. */
export interface Access {
  readonly agent: Agent;
  /** For what keeps its connection, as a watch does: calls would wait behind it. */
  readonly streams: Agent;
  readonly headers: OutgoingHttpHeaders;
}

/** A way to one API server. Its certificate is verified, unless the kubeconfig itself says `insecure-skip-tls-verify`. */
export interface Connection {
  readonly server: URL;
  /** For the next request: credentials that end are renewed here. */
  access(): Promise<Access>;
}

const ownClusterFields = [
  ...["server", "certificate-authority", "certificate-authority-data", "tls-server-name", "insecure-skip-tls-verify"],
  ...["proxy-url", "disable-compression", "extensions"],
];
const ownUserFields = [
  ...["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile"],
  ...["username", "password", "exec", "extensions"],
];

/**
 * Connects as a kubeconfig's context says. Certificates, tokens, passwords, credential commands and HTTP proxies are understood
 * here, because loading the Kubernetes client takes half a second of the 1.5 s that a rollback has; whatever else stands in the
 * kubeconfig (OIDC, SOCKS proxies, impersonation) is left to that client.
 *
 * @param environment for the proxies that it may name
 * @throws UserError where the kubeconfig contradicts itself; Error where a file that it names cannot be read
 */
export async function connect(
  context: SelectedContext,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Connection> {
  const { cluster, user } = context;
  const isOwn =
    Object.keys(cluster).every((field) => ownClusterFields.includes(field)) &&
    Object.keys(user).every((field) => ownUserFields.includes(field)) &&
    !textIn(cluster, "proxy-url").startsWith("socks");
  const server = new URL(textIn(cluster, "server"));
  const proxy = textIn(cluster, "proxy-url") || proxyFor(server, environment);
  return isOwn ? ownConnection(context, server, proxy) : clientConnection(context, server, proxy);
}

/** The content of a field that may be there as base64 (`…-data`) or as a file. */
function contentOf(fields: Fields, name: string): Buffer | undefined {
  const data = textIn(fields, `${name}-data`);
  if (data) return Buffer.from(data, "base64");
  const file = textIn(fields, name);
  return file ? readFileSync(file) : undefined;
}

function tlsOf(cluster: Fields): TlsOptions {
  const ca = contentOf(cluster, "certificate-authority");
  const name = textIn(cluster, "tls-server-name");
  const isInsecure = cluster["insecure-skip-tls-verify"] === true;
  if (isInsecure && ca) {
    throw new UserError("The kubeconfig names an authority for the server, and asks not to verify the server.", {
      place: textIn(cluster, "server"),
      allowed: "certificate-authority or insecure-skip-tls-verify, as with kubectl",
    });
  }
  return { ...(ca && { ca }), ...(name && namedServer(name)), ...(isInsecure && { rejectUnauthorized: false }) };
}

/** The certificate is to be of this name. An address is not sent: RFC 6066 allows no address as the name of a server, and Node warns of it. */
const namedServer = (name: string): TlsOptions =>
  isIP(name) === 0
    ? { servername: name }
    : { checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };

/**
 * Connections for calls. `canaryctl status` sends 40 at once: with a connection for each, the handshakes took 0.15 s of its 0.75 s, and
 * as much of the API server.
 */
const callSockets = 12;

function ownConnection({ cluster, user }: SelectedContext, server: URL, proxy: string | undefined): Connection {
  const tls = tlsOf(cluster);
  const issue = user.exec ? execCredentials(user.exec as Fields) : undefined;
  const cert = contentOf(user, "client-certificate");
  const key = contentOf(user, "client-key");
  let agents: Pick<Access, "agent" | "streams"> | undefined;
  let agentsFrom: Credential | undefined;
  return {
    server,
    async access() {
      const issued = await issue?.();
      if (!agents || agentsFrom?.clientCertificateData !== issued?.clientCertificateData) {
        const own = { ...tls, cert: issued?.clientCertificateData ?? cert, key: issued?.clientKeyData ?? key };
        agents = { agent: agentFor(server, own, proxy, callSockets), streams: agentFor(server, own, proxy) };
        agentsFrom = issued;
      }
      const authorization = authorizationOf(user, issued);
      return { ...agents, headers: authorization ? { authorization } : {} };
    },
  };
}

function authorizationOf(user: Fields, issued: Credential | undefined): string | undefined {
  // Read again each time: whoever writes a token file renews it.
  const file = textIn(user, "tokenFile");
  const token = issued?.token || textIn(user, "token") || (file && readFileSync(file, "utf8").trim());
  if (token) return `Bearer ${token}`;
  const name = textIn(user, "username");
  return name ? `Basic ${Buffer.from(`${name}:${textIn(user, "password")}`).toString("base64")}` : undefined;
}

/** That client knows no proxy but the kubeconfig's own. */
async function clientConnection(
  { cluster, user }: SelectedContext,
  server: URL,
  proxy: string | undefined,
): Promise<Connection> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [{ name: "cluster", cluster: { ...cluster, ...(proxy && { "proxy-url": proxy }) } }],
      users: [{ name: "user", user }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
      "current-context": "context",
    }),
  );
  return {
    server,
    async access() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const { auth, headers } = options;
      const basic = auth && { authorization: `Basic ${Buffer.from(auth).toString("base64")}` };
      const agent = options.agent as Agent;
      return { agent, streams: agent, headers: { ...(headers as OutgoingHttpHeaders), ...basic } };
    },
  };
}
