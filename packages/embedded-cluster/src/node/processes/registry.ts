import { join } from "node:path";
import { stringify } from "yaml";
import { registryHost } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { pemFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** The registry that app images are pushed to: on the lab's bridge, over TLS, so open to pods and this machine only. */
export function renderRegistryConfiguration({ layout }: NodeSpec): string {
  const certificate = pemFile(layout.pki, "registry");
  return stringify({
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(layout.state, "registry") },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: registryHost, tls: { certificate, key: certificate, minimumtls: "tls1.2" } },
  });
}

export function renderRegistry(spec: NodeSpec): ProcessSpec {
  const { layout, tools } = spec;
  const configuration = join(layout.config, "registry.yaml");
  return {
    name: "registry",
    argv: [join(tools.bin, "registry"), "serve", configuration],
    folders: [join(layout.state, "registry")],
    files: { [configuration]: renderRegistryConfiguration(spec) },
    reads: [pemFile(layout.pki, "registry")],
    after: [],
    ready: { kind: "https", url: `https://${registryHost}/v2/`, authority: "ca" },
    readySeconds: 30,
  };
}
