import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CertificateName, certificates as certificatesFor } from "../../src/node/pki/certificates.ts";
import { ensurePki, unusable } from "../../src/node/pki/ensure.ts";
import { authorityFile, pemFile } from "../../src/node/pki/files.ts";
import { issueCertificate } from "../../src/node/pki/issue.ts";
import { exampleSpec } from "./node-spec.ts";

const { addresses } = exampleSpec();
const certificates = certificatesFor(addresses);
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pki-"));
  await ensurePki(folder, addresses);
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: CertificateName) => new X509Certificate(readFileSync(pemFile(folder, name)));
const contents = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
const day = 24 * 60 * 60 * 1000;
const serverAuth = "1.3.6.1.5.5.7.3.1";
const clientAuth = "1.3.6.1.5.5.7.3.2";

describe("certificates", () => {
  test("the API server's names every address and name that it is called by", () => {
    const names = read("apiserver").subjectAltName?.split(", ");
    for (const name of [
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      "canary-lab",
    ])
      expect(names).toContain(`DNS:${name}`);
    for (const ip of ["198.18.0.1", "198.19.0.1", "127.0.0.1"]) expect(names).toContain(`IP Address:${ip}`);
  });

  test("are for serving or for calling, and only etcd's, which does both to its peers, for both", () => {
    expect(read("apiserver").keyUsage).toEqual([serverAuth]);
    expect(read("registry").keyUsage).toEqual([serverAuth]);
    expect(read("admin").keyUsage).toEqual([clientAuth]);
    expect(read("kubelet").keyUsage).toEqual([clientAuth]);
    expect(read("etcd").keyUsage).toEqual([serverAuth, clientAuth]);
  });

  test("say who one is to Kubernetes", () => {
    expect(read("kubelet").subject).toBe("O=system:nodes\nCN=system:node:canary-lab");
    expect(read("admin").subject).toMatch(/^O=system:masters\n/);
    expect(read("scheduler").subject).toBe("CN=system:kube-scheduler");
  });

  test("are signed by the authority that their readers trust, and are none themselves", () => {
    for (const name of Object.keys(certificates) as CertificateName[]) {
      const authority = new X509Certificate(readFileSync(authorityFile(folder, certificates[name].authority)));
      expect(read(name).checkIssued(authority) && read(name).verify(authority.publicKey)).toBe(true);
      expect(read(name).ca).toBe(false);
    }
  });

  test("of the front proxy and of etcd's client open nothing else", () => {
    const ca = new X509Certificate(readFileSync(authorityFile(folder, "ca")));
    for (const name of ["front-proxy-client", "apiserver-etcd-client", "etcd"] as const)
      expect(read(name).verify(ca.publicKey)).toBe(false);
  });

  test("and keys are the user's alone, and an authority's public file holds no key", () => {
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(authorityFile(folder, "ca"), "utf8")).not.toContain("PRIVATE KEY");
  });
});

describe("the next start", () => {
  test("keeps what is good", async () => {
    const before = contents();
    await ensurePki(folder, addresses);
    expect(contents()).toEqual(before);
  });

  test("replaces what is missing or broken, and nothing else", async () => {
    const before = contents();
    rmSync(pemFile(folder, "admin"));
    writeFileSync(pemFile(folder, "registry"), "half a fi");
    await ensurePki(folder, addresses);
    const after = contents();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed.sort()).toEqual(["admin.pem", "registry.pem"]);
    expect(read("registry").subjectAltName).toContain("IP Address:198.18.0.1");
  });

  test("replaces what has expired, of servers and of clients, and nothing else", async () => {
    const before = contents();
    const names = ["apiserver", "admin", "etcd"] as const;
    for (const name of names) {
      const authority = readFileSync(pemFile(folder, certificates[name].authority), "utf8");
      writeFileSync(
        pemFile(folder, name),
        await issueCertificate(certificates[name], authority, Date.now() - 366 * day),
      );
      expect(read(name).validToDate.getTime()).toBeLessThan(Date.now());
    }
    await ensurePki(folder, addresses);
    for (const name of names) expect(read(name).validToDate.getTime()).toBeGreaterThan(Date.now() + 364 * day);
    const changed = Object.entries(contents()).filter(([name, content]) => content !== before[name]);
    expect(changed.map(([name]) => name).sort()).toEqual(["admin.pem", "apiserver.pem", "etcd.pem"]);
  });

  test.each(["service-account.key", "service-account.pub"])("mends a torn %s", async (name) => {
    const before = contents();
    writeFileSync(join(folder, name), "");
    await ensurePki(folder, addresses);
    const { "service-account.key": key = "", "service-account.pub": publicKey } = contents();
    expect(createPublicKey(key).export({ type: "spki", format: "pem" })).toBe(publicKey);
    if (name === "service-account.pub") expect(contents()).toEqual(before);
  });

  test("replaces all that a lost authority had signed", async () => {
    const before = read("kubelet").serialNumber;
    const other = read("etcd").serialNumber;
    rmSync(pemFile(folder, "ca"));
    await ensurePki(folder, addresses);
    expect(read("kubelet").serialNumber).not.toBe(before);
    expect(read("etcd").serialNumber).toBe(other);
  });
});

describe("a certificate is unusable", () => {
  const check = (name: CertificateName, change = {}, now?: number) => {
    const authority = new X509Certificate(readFileSync(authorityFile(folder, "ca")));
    return unusable(readFileSync(pemFile(folder, name), "utf8"), { ...certificates[name], ...change }, authority, now);
  };

  test("not as long as all is as wanted", () => expect(check("apiserver")).toBeUndefined());
  test("when a name is to be added", () =>
    expect(check("apiserver", { ipAddresses: ["192.0.2.1"] })).toBe("its names differ"));
  test("when it is for another user", () => expect(check("admin", { commonName: "you" })).toBe("its subject differs"));
  test("when it is for another purpose", () =>
    expect(check("admin", { usages: ["server"] })).toBe("its usages differ"));
  test("when it ends within 30 days", () => {
    expect(check("admin", {}, Date.now() + 330 * day)).toBeUndefined();
    expect(check("admin", {}, Date.now() + 340 * day)).toBe("it expires soon");
  });
  test("when another authority signed it", () => expect(check("etcd")).toBe("another authority signed it"));
  test("when the key beside it is another's", () => {
    const authority = new X509Certificate(readFileSync(authorityFile(folder, "ca")));
    const key = /-----BEGIN PRIVATE KEY-----.*/s.exec(readFileSync(pemFile(folder, "kubelet"), "utf8"))?.[0];
    const pem = `${read("admin")}${key}`;
    expect(unusable(pem, certificates.admin, authority)).toBe("the key is another one's");
  });
});
