import { type JsonObject, textAt } from "../../json.ts";
import { asProperties, hasSecret, markSecrets, plain, typeOf } from "../../values.ts";
import { type Autonaming, adoptName, assignName, isGeneratedByServer } from "../objects/naming.ts";
import { normalise } from "../objects/normalise.ts";
import {
  apiVersionOf,
  isBuiltIn,
  isCustomResourceDefinition,
  isLikelyNamespaced,
  isPatch,
  kindOf,
  labelsOf,
  nameOf,
  namespaceOf,
  setMetadata,
  setNamespace,
} from "../objects/objects.ts";
import type { Session } from "../session.ts";

const managedBy = "app.kubernetes.io/managed-by";

export interface CheckRequest {
  readonly urn: string;
  readonly olds: JsonObject;
  readonly news: JsonObject;
  readonly autonaming: Autonaming | undefined;
}

/** The inputs that the other calls get: in normal form, with a name and a namespace. Throws what no update could make good. */
export async function check(session: Session, { urn, olds, news, autonaming }: CheckRequest): Promise<JsonObject> {
  const { settings, cluster } = session;
  if (session.unreachable && settings.skipUnreachable) {
    session.engine.warning(urn, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...");
    return olds;
  }
  const raw = plain(news);
  const apiVersion = apiVersionOf(raw);
  if (isBuiltIn(apiVersion) && typeOf(urn).endsWith("List")) {
    throw new Error(
      "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use the underlying resource type instead",
    );
  }
  const inputs = await normalise(raw, cluster);
  if (isPatch(urn, inputs)) {
    if (!settings.serverSideApply)
      throw new Error(
        "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` Provider config",
      );
    if (!nameOf(inputs)) throw new Error("patch resources require the `.metadata.name` field to be set");
  }
  const old = plain(olds);
  if (Object.keys(old).length > 0) {
    adoptName(inputs, old);
    if (textAt(labelsOf(old), managedBy)) setMetadata(inputs, "labels", managedBy, "pulumi");
  } else {
    await assignName(urn, inputs, cluster, autonaming);
    if (!settings.serverSideApply) setMetadata(inputs, "labels", managedBy, "pulumi");
  }
  if (isGeneratedByServer(inputs)) {
    if (settings.serverSideApply)
      throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
    if (settings.renderDirectory)
      throw new Error("the `.metadata.generateName` field is not supported in YAML rendering mode");
  }
  if (isCustomResourceDefinition(inputs)) cluster?.announce(inputs);
  const isNamespaced =
    cluster?.isNamespaced(apiVersion, kindOf(inputs)) ?? isLikelyNamespaced(apiVersion, kindOf(inputs));
  if (isNamespaced && !namespaceOf(inputs)) setNamespace(inputs, session.namespace);
  const checked = markSecrets(asProperties(inputs), news);
  if (settings.renderDirectory && hasSecret(checked)) {
    session.engine.warning(urn, "rendered YAML will contain a secret value in plaintext");
  }
  return checked;
}
