import { join } from "node:path";
import { stringify } from "yaml";
import type { NodeSpec } from "../node-spec.ts";
import { pemFile } from "../pki/files.ts";
import { registryAccessFiles } from "../pki/registry-access.ts";
import type { ProcessSpec } from "./process-spec.ts";

/**
 * The registry that app images are pushed to: over TLS on the cluster's bridge, which pods and every user of this machine reach.
 * So it asks for a password, for pulls too, and deletes nothing.
 */
export function renderRegistryConfiguration({ layout, addresses }: NodeSpec): string {
  const certificate = pemFile(layout.pki, "registry");
  const { htpasswd } = registryAccessFiles(layout);
  return stringify({
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(layout.state, "registry") },
      maintenance: { uploadpurging: { enabled: false } },
    },
    auth: { htpasswd: { realm: "canary-lab", path: htpasswd } },
    http: { addr: addresses.registryHost, tls: { certificate, key: certificate, minimumtls: "tls1.2" } },
  });
}

export function renderRegistry(spec: NodeSpec): ProcessSpec {
  const { layout, addresses, tools } = spec;
  const configuration = join(layout.config, "registry.yaml");
  const root = join(layout.state, "registry");
  return {
    name: "registry",
    argv: [join(tools.bin, "registry"), "serve", configuration],
    folders: [root],
    data: [root],
    blobs: join(root, "docker", "registry", "v2", "blobs"),
    files: { [configuration]: renderRegistryConfiguration(spec) },
    reads: [pemFile(layout.pki, "registry"), registryAccessFiles(layout).htpasswd],
    after: [],
    // The one path that it answers without a password.
    ready: { kind: "https", url: `https://${addresses.registryHost}/`, authority: "ca" },
    readySeconds: 30,
  };
}
