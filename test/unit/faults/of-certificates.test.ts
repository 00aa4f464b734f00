import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { clusterAddresses } from "@canary-lab/embedded-cluster/node/network/addresses";
import { defaultNetwork } from "@canary-lab/embedded-cluster/node/network/chosen-network";
import { ensurePki } from "@canary-lab/embedded-cluster/node/pki/ensure";
import { pemFile } from "@canary-lab/embedded-cluster/node/pki/files";
import { writeUserKubeconfig } from "@canary-lab/embedded-cluster/node/user-kubeconfig";
import { unknownCaller } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { expire, ofCertificates } from "../../faults/of-certificates.ts";

test("the faults of certificates put expired ones in place of the node's own, with the same names, and the next start heals them", async () => {
  const home = mkdtempSync(join(tmpdir(), "lab-"));
  try {
    const node = { layout: nodeLayout(home), addresses: clusterAddresses(defaultNetwork) };
    const { layout, addresses } = node;
    const read = (name: "admin" | "apiserver") => new X509Certificate(readFileSync(pemFile(layout.pki, name)));
    await ensurePki(layout.pki, addresses);
    for (const name of ["apiserver", "admin"] as const) {
      const { subject, subjectAltName } = read(name);
      await expire(name, node);
      expect(read(name)).toMatchObject({ subject, subjectAltName });
      expect(read(name).validToDate.getTime()).toBeLessThan(Date.now());
      if (name === "admin") {
        writeUserKubeconfig(node);
        const shown = Buffer.from(read(name).toString()).toString("base64");
        expect(readFileSync(layout.kubeconfig, "utf8").replace(/\s+/g, "")).toContain(shown);
      }
      await ensurePki(layout.pki, addresses);
      expect(read(name).validToDate.getTime()).toBeGreaterThan(Date.now());
    }
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("status is to say of each what the client says", () => {
  const told = ofCertificates.map((fault) => fault.told);
  const says = ["The cluster does not answer: certificate has expired", unknownCaller];
  expect(says.map((text, index) => told[index]?.test(text))).toEqual([true, true]);
});
