import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  type BuiltImageSpec,
  type DeliverySpec,
  type ImageBuild,
  pulledReference,
  renderImageBuild,
} from "./render-built-image.ts";

/** An image that a workload can run: built here and pushed, or one that is there already. */
export class BuiltImage extends pulumi.ComponentResource {
  /** `REPOSITORY@sha256:…` of an image that was built here, so that what runs is what was built; else the reference as it was given. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, spec: BuiltImageSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:image:BuiltImage", name, {}, opts);
    const { reference, delivery } = spec;
    const build = renderImageBuild(spec);
    this.reference = build
      ? new docker.Image(`${name}-build`, build, { parent: this, ...keptPlatform(build) }).repoDigest.apply((pushed) =>
          pulled(pushed, reference, delivery),
        )
      : pulumi.output(reference);
    this.registerOutputs({ reference: this.reference });
  }
}

async function pulled(pushed: string, reference: string, delivery: DeliverySpec | undefined): Promise<string> {
  if (!delivery) return pushed;
  return delivery.push === undefined ? delivery.deliver({ id: pushed, reference }) : pulledReference(pushed, delivery);
}

/** An account that may not read the nodes knows no platform: what was built for one before is no change then, such as in a preview. */
const keptPlatform = ({ build }: ImageBuild): pulumi.CustomResourceOptions =>
  build.platform === undefined ? { ignoreChanges: ["build.platform"] } : {};
