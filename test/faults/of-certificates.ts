import { readFileSync } from "node:fs";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { type CertificateName, certificates } from "@canary-lab/embedded-cluster/node/pki/certificates";
import { pemFile } from "@canary-lab/embedded-cluster/node/pki/files";
import { issueCertificate } from "@canary-lab/embedded-cluster/node/pki/issue";
import { writeUserKubeconfig } from "@canary-lab/embedded-cluster/node/user-kubeconfig";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { labFolder } from "../../cluster/lab-folder.ts";
import { labAddresses } from "../e2e/support/lab-addresses.ts";
import type { Fault } from "./fault.ts";

/** Longer ago than a certificate of the node is valid. */
const longAgo = 366 * 24 * 60 * 60 * 1000;

const lab = { layout: nodeLayout(labFolder), addresses: labAddresses };

/** Puts a certificate in the place of the node's own that differs in its time alone. */
export async function expire(name: CertificateName, { layout, addresses }: typeof lab): Promise<void> {
  const spec = certificates(addresses)[name];
  const authority = readFileSync(pemFile(layout.pki, spec.authority), "utf8");
  writePrivateFile(pemFile(layout.pki, name), await issueCertificate(spec, authority, Date.now() - longAgo));
}

/** The next `up` issues both anew. The traffic needs neither, and no command can act meanwhile. */
export const ofCertificates: readonly Fault[] = [
  {
    // The API server reads the file again when it changes; connections that are open stay.
    name: "the API server's certificate expired",
    inject: () => expire("apiserver", lab),
    told: /certificate has expired/,
  },
  {
    name: "the administrator's certificate expired",
    inject: async () => {
      await expire("admin", lab);
      writeUserKubeconfig(lab);
    },
    told: /does not know who asks/,
  },
];
