import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { renderEmbeddedKubeconfig, renderKubeconfig } from "../../src/node/kubeconfig.ts";
import { objectPath } from "../../src/node/objects/cluster-api.ts";
import { renderCoreDns, renderCorefile } from "../../src/node/objects/coredns.ts";
import { renderNodeAccess } from "../../src/node/objects/node-access.ts";
import { issueAuthority, issueCertificate } from "../../src/node/pki/issue.ts";
import { exampleSpec } from "./node-spec.ts";

describe("kubeconfig", () => {
  const spec = { server: "https://198.18.0.1:6443", user: "me", authority: "/pki/ca.crt", certificate: "/pki/me.pem" };

  test("has one context, named canary-lab", () => {
    const config = parse(renderKubeconfig(spec));
    expect(config["current-context"]).toBe("canary-lab");
    expect(config.contexts).toEqual([{ name: "canary-lab", context: { cluster: "canary-lab", user: "me" } }]);
    expect(config.clusters[0].cluster).toEqual({ server: spec.server, "certificate-authority": "/pki/ca.crt" });
  });
  test("of the user holds everything itself", () => {
    const text = renderEmbeddedKubeconfig({ ...spec, authority: "CA", certificate: "CERT", privateKey: "KEY" });
    const { users, clusters } = parse(text);
    expect(users[0].user).toEqual({ "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" });
    expect(clusters[0].cluster["certificate-authority-data"]).toBe("Q0E=");
    expect(text).not.toContain("/pki/");
  });
});

describe("CoreDNS", () => {
  const objects = renderCoreDns(exampleSpec());
  const find = (kind: string) => objects.find((object) => object.kind === kind);

  test("is at the address that the kubelet tells pods", () => {
    expect(find("Service")).toMatchObject({ spec: { clusterIP: "198.19.0.10" }, metadata: { name: "kube-dns" } });
  });
  test("runs as an ordinary user with nothing but its own files", () => {
    expect(find("Deployment")).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                image: "docker.io/coredns/coredns:1.15.0",
                securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              },
            ],
          },
        },
      },
    });
  });
  test("forwards to the host's name servers, where there are any", () => {
    expect(renderCorefile(["192.0.2.53"])).toContain("forward . /etc/resolv.conf");
    expect(renderCorefile([])).not.toContain("forward");
  });
  test("has a path in the API for each object", () => {
    expect(objects.map(objectPath)).toEqual([
      "/api/v1/namespaces/kube-system/serviceaccounts/coredns",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:coredns",
      "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:coredns",
      "/api/v1/namespaces/kube-system/configmaps/coredns",
      "/api/v1/namespaces/kube-system/services/kube-dns",
      "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
    ]);
  });
});

test("the API server's own group may use the kubelet's API", () => {
  expect(renderNodeAccess()[0]).toMatchObject({
    roleRef: { name: "system:kubelet-api-admin" },
    subjects: [{ kind: "Group", name: "canary-lab:kubelet-api-admins" }],
  });
});

test("an issued certificate begins in the past and lasts about a year", async () => {
  const authority = await issueAuthority("test");
  const spec = { authority: "ca", commonName: "me", usages: ["client"] } as const;
  const { validFromDate, validToDate } = new X509Certificate(await issueCertificate(spec, authority));
  expect(validFromDate.getTime()).toBeLessThan(Date.now());
  expect(Math.round((validToDate.getTime() - Date.now()) / 86_400_000)).toBe(365);
});
