import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ownerAnnotation } from "./names.ts";

/** Whose a namespace of the platform is. */
export interface PlatformOwner {
  /** The stack that installs the platform, by its full name: `organization/project/stack`. */
  readonly stack: string;
  /** Run before a namespace of the platform is made. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** A namespace of the platform, which says whose it is: other stacks find their platform by it, and refuse to install a second one. */
export const createPlatformNamespace = (
  name: string,
  called: string,
  owner: PlatformOwner | undefined,
  opts: pulumi.CustomResourceOptions,
  labels?: Readonly<Record<string, string>>,
): k8s.core.v1.Namespace =>
  new k8s.core.v1.Namespace(
    name,
    {
      metadata: {
        name: called,
        ...(labels && { labels }),
        ...(owner && { annotations: { [ownerAnnotation]: owner.stack } }),
      },
    },
    { ...opts, ...(owner?.hooks && { hooks: owner.hooks }) },
  );
