import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { connect } from "../../src/kube/connection.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function kubeconfig(user: object = {}, cluster: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  writeFileSync(join(folder, "ca.crt"), "the authority");
  const file = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server: "https://10.0.0.1:6443", "certificate-authority": "ca.crt", ...cluster } },
    ],
    users: [{ name: "u", user }],
    contexts: [
      { name: "lab", context: { cluster: "c", user: "u" } },
      { name: "astray", context: { cluster: "nowhere", user: "u" } },
    ],
    "current-context": "astray",
  };
  writeFileSync(join(folder, "config"), stringify(file));
  return join(folder, "config");
}

describe("connect", () => {
  test("reads certificates, as files beside the kubeconfig and as data", async () => {
    const user = { "client-certificate-data": base64("a certificate"), "client-key-data": base64("a key") };
    const { server, options } = await connect(kubeconfig(user), "lab");
    expect(server.href).toBe("https://10.0.0.1:6443/");
    expect(String(options.ca)).toBe("the authority");
    expect(String(options.cert)).toBe("a certificate");
    expect(String(options.key)).toBe("a key");
    expect(options.rejectUnauthorized).toBeUndefined(); // Node's default: verified
  });

  test("reads a token", async () => {
    const { options } = await connect(kubeconfig({ token: "abc" }), "lab");
    expect(options.headers).toEqual({ authorization: "Bearer abc" });
  });

  test("never takes the current context, and says which there are", async () => {
    await expect(connect(kubeconfig(), "other")).rejects.toMatchObject({ name: "UserError", allowed: "lab, astray" });
  });

  test("says what is wrong with a context that leads nowhere, and with a file that cannot be read", async () => {
    await expect(connect(kubeconfig(), "astray")).rejects.toThrow(/not in the kubeconfig/);
    await expect(connect("/nowhere/config", "lab")).rejects.toMatchObject({
      name: "UserError",
      place: "/nowhere/config",
    });
  });
});
