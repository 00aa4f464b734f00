import { asOneError, UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { dockerTrust } from "../../cluster/images/docker-trust.ts";
import { namedImage } from "../../cluster/images/image-name.ts";
import { signatureOf } from "../../cluster/images/image-signature.ts";
import { RegistryFailure, registryReader } from "../../cluster/images/read-registry.ts";
import { signingKey } from "../../cluster/images/signing-key.ts";
import { buildTag } from "../../components/image/render-built-image.ts";
import type { LabConfig } from "../config/schema.ts";
import { type ImageConfig, usedImages } from "../image-request.ts";
import { isTargeted } from "./targeted.ts";
import { toldOfStack } from "./told.ts";

export type SigningConfig = ImageConfig & Pick<LabConfig, "policy">;

/** What is wrong with an image, and whether it is only that nobody could be asked. */
interface ImageFault {
  readonly error: UserError;
  readonly isUnseen: boolean;
}

const next = "npx canaryctl config get policy";

/**
 * Refuses images that no key of `policy.signedBy` has signed, or tells of them where the policy warns. A preview only tells of a registry
 * that does not answer. Images that are built here are left out: they have no digest yet. So is an update of a few resources: it is one
 * of a route, and a rollback does not wait for a registry.
 *
 * @throws pulumi.RunError before the first resource
 */
export async function refuseUnsigned(configs: readonly SigningConfig[]): Promise<void> {
  if (isTargeted()) return;
  const found = await Promise.all(configs.map(faultsOf));
  // One application's image may be that of another, too.
  const faults = [...new Map(found.flat().map((fault) => [fault.error.message, fault])).values()];
  const isTold = ({ isUnseen, mode }: (typeof faults)[number]) =>
    mode === "warn" || (isUnseen && pulumi.runtime.isDryRun());
  for (const fault of faults.filter(isTold)) await pulumi.log.warn(toldOfStack(fault.error));
  const refusal = asOneError(faults.filter((fault) => !isTold(fault)).map(({ error }) => error));
  if (refusal) throw new pulumi.RunError(toldOfStack(refusal));
}

async function faultsOf(config: SigningConfig): Promise<readonly (ImageFault & { readonly mode: string })[]> {
  const { mode, signedBy } = config.policy;
  if (mode === "off" || signedBy === undefined) return [];
  const images = [...new Set(usedImages(config))].filter((reference) => buildTag(reference) === undefined);
  const found = await Promise.all(images.map((reference) => faultOf(reference, signedBy)));
  return found.flatMap((fault) => (fault ? [{ ...fault, mode }] : []));
}

/** Why an image does not pass, undefined where it does. @param signedBy keys as the config has them */
export async function faultOf(reference: string, signedBy: readonly string[]): Promise<ImageFault | undefined> {
  const image = namedImage(reference);
  const fault = (cause: string, isUnseen = false): ImageFault => ({
    error: new UserError(cause, {
      place: `policy.signedBy, image ${reference}`,
      allowed: "an image named by its digest, with a signature of cosign by one of these keys at its tag sha256-….sig",
      next,
    }),
    isUnseen,
  });
  if (image === undefined)
    return fault(`The image ${reference} is not named by its digest, and signatures are of digests.`);
  const keys = signedBy.flatMap((text) => signingKey(text) ?? []);
  try {
    const verdict = await signatureOf(image.digest, keys, registryReader(image, dockerTrust(process.env)));
    if (verdict === "signed") return undefined;
    return fault(
      verdict === "no signature"
        ? `The image ${reference} has no signature.`
        : `The image ${reference} has signatures, and none that holds is by a key of the policy.`,
    );
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error;
    const cause = `Whether the image ${reference} is signed is not known: the registry ${error.message}.`;
    return fault(cause, true);
  }
}
