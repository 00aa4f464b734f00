import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../../../cluster/lab-folder.ts";

/** Who may use the page: whoever has the token, in a page that this server has sent. */
export interface Access {
  /** 256 bits, in base64url. */
  readonly token: string;
  readonly port: number;
}

/** What of a request says who sends it. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A cookie is sent to every port of a host: its name tells the servers of two labs apart. */
export const cookieName = (port: number): string => `canaryctl-ui-${port}`;

/** It is for this page alone, and no script reads it. */
export const cookieOf = ({ token, port }: Access): string =>
  `${cookieName(port)}=${token}; Path=/; HttpOnly; SameSite=Strict`;

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

/** Whether two tokens are the same, in a time that says nothing of where they differ. */
export const isToken = (given: unknown, token: string): boolean =>
  typeof given === "string" && timingSafeEqual(digest(given), digest(token));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Hosts by which a browser of this machine comes; any other name was made to lead here by somebody's DNS. */
const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** Why a request is not answered, whatever it asks for; undefined for one that comes from this machine by the server's own name. */
export function strangerFault({ method, headers }: Asked, { port }: Pick<Access, "port">): string | undefined {
  const hosts = hostsOf(port);
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
