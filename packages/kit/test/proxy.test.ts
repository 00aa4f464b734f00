import { expect, test } from "@jest/globals";
import { proxyFor } from "../src/proxy.ts";

const proxied = (url: string, exempt: string): boolean =>
  proxyFor(new URL(url), { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: exempt }) !== undefined;

test("the environment's proxy is taken by the address's scheme, in capitals or not", () => {
  const https = new URL("https://example.com/");
  expect(proxyFor(https, {})).toBeUndefined();
  expect(proxyFor(https, { HTTPS_PROXY: "http://a:1", HTTP_PROXY: "http://b:1" })).toBe("http://a:1");
  expect(proxyFor(new URL("http://example.com/"), { HTTPS_PROXY: "http://a:1" })).toBeUndefined();
  expect(proxyFor(https, { https_proxy: "a:1" })).toBe("http://a:1");
});

test("loopback addresses have no proxy", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.0.1", "[::1]"])
    expect(proxied(`https://${host}/`, "")).toBe(false);
});

test.each([
  ["https://example.com/", "*", false],
  ["https://example.com/", "example.com", false],
  ["https://api.example.com/", "example.com", false],
  ["https://api.example.com/", ".example.com", false],
  ["https://api.example.com/", "*.example.com", false],
  ["https://example.com/", ".example.com", true],
  ["https://badexample.com/", "example.com", true],
  ["https://example.com:6443/", "example.com:6443", false],
  ["https://example.com/", "example.com:443", false],
  ["https://example.com/", "example.com:6443", true],
  ["https://10.1.2.3:6443/", "other.com, 10.0.0.0/8", false],
  ["https://11.1.2.3/", "10.0.0.0/8", true],
  ["https://10.1.2.3/", "10.1.2.3", false],
  ["https://10.1.2.3:6443/", "10.1.2.3:6443", false],
  ["https://[fd00::5]/", "fd00::/8", false],
  ["https://[fd00::5]/", "fd00::5", false],
  ["https://example.com/", "a/b, /8", true],
])("%s with NO_PROXY=%s goes by the proxy: %s", (url, exempt, expected) => {
  expect(proxied(url, exempt)).toBe(expected);
});
