import { createHash } from "node:crypto";
import { textAt } from "../../json.ts";
import { hasUnknown } from "../../values.ts";
import type { Cluster } from "../api/cluster.ts";
import {
  annotations,
  isAnnotated,
  type KubeObject,
  metadataOf,
  nameOf,
  namespaceOf,
  resourceNameOf,
  setMetadata,
} from "./objects.ts";

/** What the engine says about names, where the user configured it. */
export interface Autonaming {
  readonly mode: "propose" | "enforce" | "disable";
  readonly proposedName: string;
}

/** `name-<8 hex>`: the same for the same resource in every run, so that a preview shows the name that the update will give. */
export function proposedName(urn: string, attempt: number): string {
  const digest = createHash("sha256").update(`${urn}#${attempt}`).digest("hex");
  return `${resourceNameOf(urn)}-${digest.slice(0, 8)}`;
}

/** The first proposed name that no object has: the second one while the first is being replaced, then the first again. */
async function freeName(urn: string, object: KubeObject, cluster: Cluster | undefined): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const name = proposedName(urn, attempt);
    if (!cluster || hasUnknown(namespaceOf(object)) || attempt === 20) return name;
    try {
      await cluster.get({ ...object, metadata: { name, namespace: namespaceOf(object) } });
    } catch {
      return name; // not there, or not to be asked: the creation will say so
    }
  }
}

const isNamed = (object: KubeObject): boolean => nameOf(object) !== "";
export const isGeneratedByServer = (object: KubeObject): boolean =>
  !isNamed(object) && textAt(object, "metadata", "generateName") !== "";

/** Keeps the generated name that the resource already has. */
export function adoptName(object: KubeObject, old: KubeObject): void {
  if (isNamed(object) || !isAnnotated(old, annotations.autonamed)) return;
  const metadata = metadataOf(object);
  if (!metadata) return;
  metadata.name = nameOf(old);
  setMetadata(object, "annotations", annotations.autonamed, "true");
}

/** Gives a name to an object that the program left without one. Throws where the user has switched that off. */
export async function assignName(
  urn: string,
  object: KubeObject,
  cluster: Cluster | undefined,
  autonaming: Autonaming | undefined,
): Promise<void> {
  if (isNamed(object) || isGeneratedByServer(object)) return;
  if (autonaming?.mode === "disable") {
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
  const metadata = metadataOf(object);
  if (!metadata) return;
  metadata.name = autonaming?.proposedName || (await freeName(urn, object, cluster));
  setMetadata(object, "annotations", annotations.autonamed, "true");
}
