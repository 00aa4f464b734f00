/** Where a chart comes from: a folder that holds charts as `<chart>-<version>/`, or a chart repository. */
export type ChartSource = { readonly mirror: string } | { readonly repository: string };

/** One Helm release, in the shape of `helm.sh/v3:Release`. */
export interface ReleaseManifest<Values extends object> {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
  readonly values: Values;
  /** Seconds that Helm waits for what it installed to become ready. */
  readonly timeout: number;
  /** For what makes nothing that has to become ready: Helm looks every 2 s. */
  readonly skipAwait?: true;
}

/** What a release is called and which chart it installs. */
export interface ReleaseSpec<Values extends object> {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly source: ChartSource;
  readonly values: Values;
}

/** A release of a chart in its pinned version: the folder of a mirror says the version in its name, a repository is told. */
export function renderRelease<Values extends object>(spec: ReleaseSpec<Values>): ReleaseManifest<Values> {
  const { name, namespace, chart, version, source, values } = spec;
  const from =
    "mirror" in source
      ? { chart: `${source.mirror}/${chart}-${version}` }
      : { chart, version, repositoryOpts: { repo: source.repository } };
  return { name, namespace, ...from, values, timeout: 300 };
}
