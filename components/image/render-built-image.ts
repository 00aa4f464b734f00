/** The images that this repository holds the source of, in `apps/` by their name. */
export const ownImages = ["versioned-echo", "load-client", "judge"] as const;

/** Which image a workload runs. */
export interface BuiltImageSpec {
  /** `versioned-echo:TAG`, `load-client:TAG` and `judge:TAG` are built here; any other reference is used as it is. */
  readonly reference: string;
  /** Undefined where nothing is built. */
  readonly delivery?: DeliverySpec | undefined;
}

/** How a built image gets to the pods. */
export type DeliverySpec = (PushSpec | CarrySpec) & {
  /** Such as `linux/amd64`; default: what the builder builds for by itself. */
  readonly platform?: string;
};

/** The builder pushes it. */
interface PushSpec {
  /** `host[:port][/path]` that it is pushed to. */
  readonly push: string;
  /** The same registry as the nodes name it. */
  readonly pull: string;
}

/** The builder keeps it, and the program brings it on. */
interface CarrySpec {
  readonly push?: never;
  /** @returns the image as the nodes name it. @param id the builder's: `sha256:…` */
  readonly deliver: (image: { readonly id: string; readonly reference: string }) => Promise<string>;
}

/** What a build needs, in the shape of @pulumi/docker's Image. */
export interface ImageBuild {
  readonly imageName: string;
  readonly build: {
    /** Relative to the repository, so that two checkouts agree on the state. */
    readonly context: string;
    readonly dockerfile: string;
    readonly args: Readonly<Record<string, string>>;
    readonly platform?: string;
  };
  readonly skipPush?: boolean;
}

/** Name and tag of an image of ours, undefined for an image that is not. */
function ownImage(reference: string): { readonly name: string; readonly tag: string } | undefined {
  const [, name, tag] = /^([^:@]+):([^:@]+)$/.exec(reference) ?? [];
  return tag !== undefined && ownImages.some((own) => own === name) && name ? { name, tag } : undefined;
}

/** The folder in `apps/` of an image of ours, undefined for an image that is not. */
export const ownName = (reference: string): string | undefined => ownImage(reference)?.name;

/** The tag of a reference to an image of ours, undefined for an image that is not. */
export const buildTag = (reference: string): string | undefined => ownImage(reference)?.tag;

/**
 * The version that an image of ours reports of itself: its tag. An image that was built and pushed is named by its digest, too, as it is
 * where another environment runs it. Undefined for an image that is not ours, and where the tag is not told.
 */
export function reportedVersion(reference: string): string | undefined {
  const [, pushed] = /^(?:.+\/)?([^/@]+:[^/@]+)@sha256:[0-9a-f]{64}$/.exec(reference) ?? [];
  return buildTag(pushed ?? reference);
}

/**
 * The build of an image of ours, undefined for an image that is not. The tag is the version that the application reports: v1 and v2 are
 * the same code.
 */
export function renderImageBuild({ reference, delivery }: BuiltImageSpec): ImageBuild | undefined {
  const own = ownImage(reference);
  if (!own) return undefined;
  const { push, platform } = delivery ?? {};
  return {
    imageName: push === undefined ? reference : `${push}/${reference}`,
    build: {
      context: `apps/${own.name}`,
      dockerfile: `apps/${own.name}/Dockerfile`,
      args: own.name === "versioned-echo" ? { APP_VERSION: own.tag } : {},
      ...(platform !== undefined && { platform }),
    },
    ...(delivery && push === undefined && { skipPush: true }),
  };
}

/** An image as the nodes name it. @param pushed its reference in the registry that it was pushed to */
export const pulledReference = (pushed: string, { push, pull }: PushSpec): string =>
  pushed.startsWith(`${push}/`) ? `${pull}${pushed.slice(push.length)}` : pushed;
