/** The image that this repository holds the source of. */
const ownImage = "versioned-echo";

/** Which image a side wants. */
export interface EchoImageSpec {
  /** `versioned-echo:TAG` is built here; any other reference is used as it is. */
  readonly reference: string;
  /** `host[:port][/path]` that the built image is pushed to and pulled from. */
  readonly registry?: string;
}

/** What a build needs, in the shape of @pulumi/docker's Image. */
export interface ImageBuild {
  readonly imageName: string;
  readonly build: {
    /** Relative to the repository, so that two checkouts agree on the state. */
    readonly context: string;
    readonly dockerfile: string;
    readonly args: Readonly<Record<string, string>>;
  };
}

/** The tag of a reference to an image of ours, undefined for an image that is not. */
export function buildTag(reference: string): string | undefined {
  return new RegExp(`^${ownImage}:([^@]+)$`).exec(reference)?.[1];
}

/**
 * The build of an image of ours, undefined for an image that is not. The tag is the version that the application reports: v1 and v2 are
 * the same code.
 */
export function renderImageBuild(spec: EchoImageSpec): ImageBuild | undefined {
  const tag = buildTag(spec.reference);
  if (tag === undefined) return undefined;
  return {
    imageName: [spec.registry, spec.reference].filter(Boolean).join("/"),
    build: {
      context: `apps/${ownImage}`,
      dockerfile: `apps/${ownImage}/Dockerfile`,
      args: { APP_VERSION: tag },
    },
  };
}
