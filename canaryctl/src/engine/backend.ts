import { UserError } from "@canary-lab/kit/user-error";

/** What keeps the state: a folder, Pulumi's service or one of its kind, or a store that several machines share. */
type BackendKind = "folder" | "service" | "store";

const kinds: Readonly<Record<string, BackendKind>> = {
  file: "folder",
  https: "service",
  http: "service",
  s3: "store",
  gs: "store",
  azblob: "store",
  postgres: "store",
};

/** Undefined for a URL of a scheme that the engine does not know: it takes that for an address of Pulumi's service. */
export const backendKind = (url: string): BackendKind | undefined => kinds[url.split("://")[0] ?? ""];

/** The backend for people and logs: without a user's name and password, and without options. */
export const shownBackend = (url: string): string => url.replace(/(?<=:\/\/)[^/@]*@/, "").replace(/\?.*$/s, "");

/** The engine's words for its state, not for a cluster or a registry. */
const ofBackend =
  /\bblob \(|operation error S3|could not list bucket|unable to open bucket|read bucket|could not get cloud url|problem logging in|login to the Pulumi Cloud|not logged in|performing HTTP request: |PULUMI_ACCESS_TOKEN must be set|invalid access token|Unauthorized: No credentials provided|\.pulumi\/meta\.yaml/i;

/** Whether the engine says that its state cannot be read or written. */
const isOfBackend = (text: string): boolean => ofBackend.test(text);

interface Cause {
  readonly pattern: RegExp;
  /** @param where the backend, as it is shown */
  readonly told: (where: string) => string;
  readonly allowed: string;
  readonly first: string;
}

const causes: readonly Cause[] = [
  {
    pattern: /PULUMI_ACCESS_TOKEN must be set|not logged in/,
    told: (where) => `The state is kept by the service at ${where}, and there is no access token for it.`,
    allowed: "PULUMI_ACCESS_TOKEN, an access token of that service",
    first: "make a token in the settings of your account there, and export PULUMI_ACCESS_TOKEN with it",
  },
  {
    pattern: /invalid access token|Unauthorized: No credentials provided|\b401\b/,
    told: (where) => `The service at ${where}, which keeps the state, does not accept the access token.`,
    allowed: "PULUMI_ACCESS_TOKEN, a token of that service that has not expired",
    first: "make a token in the settings of your account there, and export PULUMI_ACCESS_TOKEN with it",
  },
  {
    pattern: /NoSuchBucket|bucket does(n't| not) exist|ContainerNotFound/i,
    told: (where) => `There is no bucket for the state at ${where}.`,
    allowed: "a bucket that is there, with the region and the endpoint that it has",
    first: "make the bucket, or mend PULUMI_BACKEND_URL",
  },
  {
    pattern:
      /dial tcp|dial unix|no such host|connection refused|connection reset|i\/o timeout|deadline exceeded|TLS handshake|x509:|StatusCode: 0\b/,
    told: (where) => `The state cannot be reached: ${where} does not answer.`,
    allowed: "an address that this machine reaches",
    first: "mend the endpoint in PULUMI_BACKEND_URL, or the way there",
  },
  {
    pattern:
      /\b403\b|AccessDenied|Forbidden|failed to refresh cached credentials|no credentials|NotFound: No user exists/i,
    told: (where) => `The state cannot be read: ${where} does not accept the credentials.`,
    allowed: "credentials that may read and write there, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    first: "export the credentials of the backend",
  },
];

/**
 * Why the engine does not get at its state, by its own words; undefined where they are about something else.
 *
 * @param url of the backend
 */
export function backendFailure(errors: readonly string[], url: string): UserError | undefined {
  const error = errors.find(isOfBackend);
  if (error === undefined) return undefined;
  const place = "PULUMI_BACKEND_URL";
  const next = "npx canaryctl stack list";
  if (backendKind(url) === undefined) {
    return new UserError(`${shownBackend(url)} is no address of a state.`, {
      place,
      allowed: Object.keys(kinds)
        .map((scheme) => `${scheme}://`)
        .join(", "),
      first: "mend PULUMI_BACKEND_URL, or unset it: the state is then in a folder of the lab",
      next,
    });
  }
  const cause = causes.find(({ pattern }) => pattern.test(error));
  if (!cause)
    return new UserError(`The state in ${shownBackend(url)} cannot be used: ${saidBy(error)}`, { place, next });
  const { told, allowed, first } = cause;
  return new UserError(`${told(shownBackend(url))} The engine says: ${saidBy(error)}`, { place, allowed, first, next });
}

/** What is left of the engine's words without the layers that passed them on, the ids of requests, and credentials. */
const saidBy = (error: string): string =>
  error
    .replace(/^.*(?:api error |request send failed, |HostID: [^,]*, |get credentials: |performing HTTP request: )/s, "")
    .replaceAll(/(?<=:\/\/)[^/@\s"]*@/g, "");
