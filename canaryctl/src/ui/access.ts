import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../../../cluster/lab-folder.ts";

/** Who may use the page: whoever has the token, in a page that this server has sent. */
export interface Access {
  /** 256 bits, in base64url. */
  readonly token: string;
  /** The port by which browsers come: the server's own, or that of a gateway. */
  readonly port: number;
  /** The one name by which a gateway leads here; undefined for a server on loopback. */
  readonly host?: string;
}

/** What of a request says who sends it. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A cookie is sent to every port of a host: its name tells the servers of two labs apart. */
export const cookieName = (port: number): string => `canaryctl-ui-${port}`;

/** It is for this page alone, and no script reads it. Without a path it is for that of the page, wherever a gateway puts it. */
export const cookieOf = ({ token, port }: Access): string => `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict`;

/**
 * The token of this checkout, made by the first server and kept with the lab for its user alone, so that an open page finds its server again
 * after a restart.
 */
export function readToken(file = inLab("ui-token")): string {
  const kept = readIfThere(file);
  if (kept && tokenForm.test(kept)) return kept;
  const token = randomBytes(32).toString("base64url");
  writePrivateFile(file, token);
  return token;
}

const tokenForm = /^[\w-]{43}$/;

/** The token of the page behind a gateway: who has it can find no other out by it, and it is the same after a restart. */
export const gatewayToken = (token: string): string =>
  createHmac("sha256", token).update("gateway").digest("base64url");

/** Whether two tokens are the same, in a time that says nothing of where they differ. */
export const isToken = (given: unknown, token: string): boolean =>
  typeof given === "string" && timingSafeEqual(digest(given), digest(token));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Hosts by which a browser comes; any other name was made to lead here by somebody's DNS. A gateway may take the port off. */
const hostsOf = ({ port, host }: Pick<Access, "port" | "host">): readonly string[] =>
  host === undefined ? [`127.0.0.1:${port}`, `localhost:${port}`] : [`${host}:${port}`, host];

/** Why a request is not answered, whatever it asks for; undefined for one that comes by the server's own name. */
export function strangerFault({ method, headers }: Asked, access: Pick<Access, "port" | "host">): string | undefined {
  const hosts = hostsOf(access);
  if (!hosts.includes(String(headers.host))) return `The host is not this server's: allowed are ${hosts.join(", ")}.`;
  const { origin } = headers;
  if (origin === undefined) return undefined; // the token decides: a browser sends it with each POST
  const own = `http://${headers.host}`;
  return origin === own ? undefined : `${method} from ${origin} is refused: allowed is ${own}.`;
}

/** Whether a request has the token: in the cookie of the page, or as `Authorization: Bearer`, by a program. */
export function hasToken({ headers }: Asked, { token, port }: Access): boolean {
  const cookies = String(headers.cookie ?? "").split("; ");
  const prefix = `${cookieName(port)}=`;
  const cookie = cookies.find((each) => each.startsWith(prefix))?.slice(prefix.length);
  const [, bearer] = /^Bearer ([\w-]+)$/.exec(String(headers.authorization ?? "")) ?? [];
  return isToken(bearer ?? cookie, token);
}
