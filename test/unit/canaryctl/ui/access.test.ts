import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import {
  cookieOf,
  gatewayToken,
  hasToken,
  isToken,
  readToken,
  strangerFault,
} from "../../../../canaryctl/src/ui/access.ts";

const access = { token: "t".repeat(43), port: 8642 };
const asked = (headers: Record<string, string>, method = "GET") => ({ method, headers });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test("a token is 256 bits, for its user alone, and the same after a restart; what is no token is replaced", () => {
  const folder = mkdtempSync(join(tmpdir(), "canaryctl-ui-"));
  folders.push(folder);
  const file = join(folder, "lab", "ui-token");
  const token = readToken(file);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readToken(file)).toBe(token);
  writeFileSync(file, "short");
  expect(readToken(file)).toMatch(/^[\w-]{43}$/);
});

test("the token is asked for whole", () => {
  expect(isToken(access.token, access.token)).toBe(true);
  for (const other of [undefined, "", access.token.slice(1), `${access.token}t`])
    expect(isToken(other, access.token)).toBe(false);
});

test("it comes in the cookie of this port, or in a header", () => {
  const [cookie = ""] = cookieOf(access).split(";");
  expect(hasToken(asked({ cookie: `other=1; ${cookie}` }), access)).toBe(true);
  expect(hasToken(asked({ authorization: `Bearer ${access.token}` }), access)).toBe(true);
  expect(hasToken(asked({ cookie }), { ...access, port: 8643 })).toBe(false);
  expect(hasToken(asked({ cookie: "canaryctl-ui-8642=" }), access)).toBe(false);
  expect(hasToken(asked({}), access)).toBe(false);
});

test("no script reads the cookie, no other site sends it, and it is for the page's own folder", () => {
  expect(cookieOf(access)).toBe(`canaryctl-ui-8642=${access.token}; HttpOnly; SameSite=Strict`);
});

test("the page behind a gateway has another token, the same after a restart", () => {
  const other = gatewayToken(access.token);
  expect(other).toMatch(/^[\w-]{43}$/);
  expect(other).not.toBe(access.token);
  expect(gatewayToken(access.token)).toBe(other);
  expect(gatewayToken("u".repeat(43))).not.toBe(other);
});

test.each([
  ["versioned-echo.canary-lab.localhost:30080", undefined],
  ["versioned-echo.canary-lab.localhost", undefined], // a gateway may take the port off
  ["versioned-echo.canary-lab.localhost:8642", /allowed are versioned-echo\.canary-lab\.localhost:30080/],
  ["versioned-echo.canary-lab.test", /The host/],
  ["127.0.0.1:30080", /The host/],
  ["198.18.0.1:30080", /The host/],
  ["localhost:30080", /The host/],
])("behind a gateway, host %s", (host, fault) => {
  const behind = { port: 30080, host: "versioned-echo.canary-lab.localhost" };
  const found = strangerFault(asked({ host }), behind);
  if (fault) expect(found).toMatch(fault);
  else expect(found).toBeUndefined();
});

test.each([
  ["127.0.0.1:8642", undefined, undefined],
  ["localhost:8642", "http://localhost:8642", undefined],
  ["rebound.example:8642", undefined, /The host is not this server's: allowed are 127\.0\.0\.1:8642, localhost:8642/],
  ["127.0.0.1:8643", undefined, /The host/],
  ["127.0.0.1:8642", "http://evil.example", /POST from http:\/\/evil\.example is refused/],
  ["127.0.0.1:8642", "null", /refused/],
  ["127.0.0.1:8642", "http://127.0.0.1:8643", /refused/],
])("host %s, origin %s", (host, origin, fault) => {
  const found = strangerFault(asked({ host, ...(origin && { origin }) }, "POST"), access);
  if (fault) expect(found).toMatch(fault);
  else expect(found).toBeUndefined();
});
