import { describe, expect, test } from "@jest/globals";
import { backendFailure, backendKind, shownBackend } from "../../../../canaryctl/src/engine/backend.ts";

const request = "https response error StatusCode";
const s3 = `read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, ${request}`;
const ids = "RequestID: KS2VAAT7CF6F9KY3, HostID: DgGRdN3y5OPP=";

/** As the engine says it, of a server that was asked. */
const words = {
  wrongKey: `${s3}: 403, ${ids}, api error SignatureDoesNotMatch: The request signature we calculated does not match.`,
  noUser: `${s3}: 403, ${ids}, api error InvalidAccessKeyId: The key does not exist.`,
  noCredentials: `${s3.replace(`, ${request}`, "")}, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found`,
  noBucket: `error listing stacks: could not list bucket: blob (code=NotFound): operation error S3: ListObjectsV2, ${request}: 404, ${ids}, NoSuchBucket: The specified bucket does not exist.`,
  away: `${s3}: 0, RequestID: , HostID: , request send failed, Get "http://127.0.0.1:9/state/.pulumi/meta.yaml": dial tcp 127.0.0.1:9: connect: connection refused`,
  database:
    "unable to open bucket postgres://u:hidden@db/x: failed to ping PostgreSQL: dial tcp: lookup db: no such host",
  noToken: "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
  badToken: "Unauthorized: No credentials provided or are invalid.",
  serviceAway:
    'performing HTTP request: Get "https://127.0.0.1:9/api/user": dial tcp 127.0.0.1:9: connect: connection refused',
} as const;

const store = "s3://state?endpoint=http://127.0.0.1:9";
const service = "https://api.pulumi.com";

describe("why the engine does not get at its state", () => {
  test.each([
    [
      "wrongKey",
      store,
      /s3:\/\/state does not accept the credentials.*says: SignatureDoesNotMatch: The request/,
      /AWS_/,
    ],
    ["noUser", store, /does not accept the credentials.*says: InvalidAccessKeyId/, /AWS_/],
    ["noCredentials", store, /does not accept the credentials.*says: failed to refresh cached/, /AWS_/],
    ["noBucket", store, /no bucket for the state at s3:\/\/state\./, /bucket that is there/],
    ["away", store, /s3:\/\/state does not answer.*says: Get "http:\/\/127/, /reaches/],
    ["database", "postgres://u:hidden@db/x", /postgres:\/\/db\/x does not answer/, /reaches/],
    [
      "noToken",
      service,
      /kept by the service at https:\/\/api\.pulumi\.com, and there is no access token/,
      /PULUMI_ACCESS_TOKEN/,
    ],
    ["badToken", service, /does not accept the access token/, /PULUMI_ACCESS_TOKEN/],
    ["serviceAway", service, /https:\/\/api\.pulumi\.com does not answer/, /reaches/],
    ["noToken", "nonsense://u:hidden@x", /nonsense:\/\/x is no address of a state/, /file:\/\/.*s3:\/\//],
  ] as const)("%s, of %s", (name, url, cause, allowed) => {
    const error = backendFailure(["update failed", words[name]], url);
    expect(error?.message).toMatch(cause);
    expect(error?.allowed).toMatch(allowed);
    expect(error).toMatchObject({ place: "PULUMI_BACKEND_URL", next: "npx canaryctl stack list" });
    expect(error?.toText()).not.toMatch(/hidden|RequestID/);
  });

  test("what it has no words for is told in the engine's", () => {
    const error = backendFailure(["could not list bucket: blob (code=Internal): it broke"], store);
    expect(error?.message).toMatch(/^The state in s3:\/\/state cannot be used: .*it broke/);
  });

  test.each([
    ["a cluster", 'Get "https://10.0.0.1:6443/api": dial tcp 10.0.0.1:6443: connect: connection refused'],
    ["a registry", "failed to push: blob upload unknown: 403 Forbidden"],
    [
      "a key service",
      'secrets (code=Unknown): Put "http://127.0.0.1:9/v1/transit": dial tcp 127.0.0.1:9: connection refused',
    ],
    ["a quota", "pods is forbidden: exceeded quota"],
  ])("%s is not the state", (_, error) => {
    expect(backendFailure([error], store)).toBeUndefined();
  });
});

test("a backend is shown without its users, passwords and options", () => {
  expect(shownBackend("postgres://me:hidden@db:5432/x?password=hidden")).toBe("postgres://db:5432/x");
  expect(shownBackend("file:///srv/a@b")).toBe("file:///srv/a@b");
});

test("a store is what several machines share", () => {
  const kinds = ["file:///x", "https://api.pulumi.com", "s3://b", "gs://b", "postgres://db/x", "ftp://x"].map(
    backendKind,
  );
  expect(kinds).toEqual(["folder", "service", "store", "store", "store", undefined]);
});
