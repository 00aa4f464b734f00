import { type ChartSource, type ReleaseManifest, renderRelease } from "../helm-release.ts";

export interface ArgoCdSpec {
  /** Of the chart. */
  readonly version: string;
  readonly source: ChartSource;
  /** Version of the Rollouts extension, such as v0.3.7. */
  readonly extensionVersion: string;
  /** Tag of the image that installs it, v1.1.0 or later. */
  readonly installerVersion: string;
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
}

/** The values of the `argo-cd` chart that are set here. */
export interface ArgoCdValues {
  readonly controller: { readonly resources: Resources };
  readonly repoServer: { readonly resources: Resources };
  readonly applicationSet: { readonly resources: Resources };
  readonly redis: { readonly resources: Resources };
  readonly dex: { readonly enabled: false };
  readonly notifications: { readonly enabled: false };
  readonly server: {
    readonly resources: Resources;
    readonly extensions: {
      readonly enabled: true;
      readonly image: { readonly tag: string };
      readonly extensionList: readonly {
        readonly name: string;
        readonly env: readonly { readonly name: string; readonly value: string }[];
      }[];
    };
  };
}

export const argoCdNamespace = "argocd";

/** Argo CD with the tab that shows a Rollout's steps. An init container of its server fetches the extension from its release page. */
export function renderArgoCd(spec: ArgoCdSpec): ReleaseManifest<ArgoCdValues> {
  const { version, source, extensionVersion, installerVersion } = spec;
  const resources = (cpu: string, memory: string): Resources => ({ requests: { cpu, memory } });
  const extension = `https://github.com/argoproj-labs/rollout-extension/releases/download/${extensionVersion}/extension.tar`;
  return renderRelease({
    name: "argocd",
    namespace: argoCdNamespace,
    chart: "argo-cd",
    version,
    source,
    values: {
      controller: { resources: resources("50m", "256Mi") },
      repoServer: { resources: resources("20m", "64Mi") },
      applicationSet: { resources: resources("10m", "64Mi") },
      redis: { resources: resources("10m", "32Mi") },
      // Nobody but the lab's own admin signs in, and nobody is notified.
      dex: { enabled: false },
      notifications: { enabled: false },
      server: {
        resources: resources("20m", "64Mi"),
        extensions: {
          enabled: true,
          // The chart's own installer, v1.0.1, puts extensions where the server does not look (argo-helm issue 3320).
          image: { tag: installerVersion },
          extensionList: [
            {
              name: "rollout-extension",
              env: [
                { name: "EXTENSION_URL", value: extension },
                { name: "EXTENSIONS_DIR", value: "/tmp/extensions" },
              ],
            },
          ],
        },
      },
    },
  });
}
