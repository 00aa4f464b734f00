import { globSync, readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import monitorServices from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import monitorMessages from "@pulumi/pulumi/proto/resource_pb.js";
import { type JsonObject, listAt, objectAt, textAt } from "../../json.ts";
import { fromStruct, hasUnknown, plain, resourceReference, secret, toStruct } from "../../values.ts";
import { pluginVersions } from "../../versions.ts";
import {
  annotations,
  apiVersionOf,
  idOf,
  isCustomResourceDefinition,
  type KubeObject,
  kindOf,
  nameOf,
  namespaceOf,
  setMetadata,
} from "../objects/objects.ts";
import { decodeYaml, withNamespace } from "../objects/yaml.ts";
import type { Session } from "../session.ts";

/** A component whose children are objects out of YAML. */
export interface Component {
  readonly urn: string;
  readonly state: JsonObject;
}

type Manifests = (session: Session, name: string, args: JsonObject) => Promise<KubeObject[]> | KubeObject[];

const readManifest = async (place: string): Promise<string> =>
  /^https?:/.test(place) ? (await fetch(place)).text() : readFileSync(place, "utf8");

async function decodeFiles(places: readonly string[]): Promise<KubeObject[]> {
  const texts = await Promise.all(places.map(readManifest));
  return texts.flatMap(decodeYaml);
}

/** Where each component finds its objects. */
const manifests: Readonly<Record<string, Manifests>> = {
  "kubernetes:yaml/v2:ConfigGroup": async (_, __, args) => {
    const places = listAt(args, "files")
      .map(String)
      .flatMap((place) => (/[*?[]/.test(place) ? globSync(place).sort() : [place]));
    return [
      ...(await decodeFiles(places)),
      ...decodeYaml(textAt(args, "yaml")),
      ...(listAt(args, "objs") as KubeObject[]),
    ];
  },
  "kubernetes:yaml/v2:ConfigFile": (_, __, args) => decodeFiles([textAt(args, "file")]),
  "kubernetes:helm.sh/v4:Chart": async (session, name, args) => {
    const { renderChart } = await import("../helm/chart.ts");
    return renderChart(session, { ...args, name: textAt(args, "name") || name });
  },
};

export const isComponent = (type: string): boolean => type in manifests;

/** A promise out of a gRPC call that takes a callback. */
const promised = <Response>(
  start: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> =>
  new Promise((resolve, reject) =>
    start((error, response) => (error ? reject(new Error(error.details)) : resolve(response))),
  );

/** What must be there before an object: its namespace, and the CRD of its kind. */
const needs = (object: KubeObject, other: KubeObject): boolean =>
  (kindOf(other) === "Namespace" && nameOf(other) === namespaceOf(object)) ||
  (isCustomResourceDefinition(other) &&
    textAt(other, "spec", "group") === apiVersionOf(object).split("/")[0] &&
    textAt(other, "spec", "names", "kind") === kindOf(object));

const isFirst = (object: KubeObject): boolean => kindOf(object) === "Namespace" || isCustomResourceDefinition(object);
const typeToken = (object: KubeObject): string =>
  `kubernetes:${apiVersionOf(object).replace(/^v1$/, "core/v1")}:${kindOf(object)}`;

/** Registers the component and a resource for each of its objects: namespaces and CRDs first, for the others depend on them. */
export async function construct(session: Session, request: ConstructRequest): Promise<Component> {
  const [type, name] = [request.getType(), request.getName()];
  const read = manifests[type];
  if (!read) throw new Error(`${type} is not supported by this plugin`);
  const monitor = new monitorServices.ResourceMonitorClient(
    request.getMonitorendpoint(),
    grpc.credentials.createInsecure(),
  );
  const register = (message: monitorMessages.RegisterResourceRequest) =>
    promised<monitorMessages.RegisterResourceResponse>((done) => monitor.registerResource(message, done));
  const component = new monitorMessages.RegisterResourceRequest();
  component.setType(type);
  component.setName(name);
  component.setParent(request.getParent());
  component.setAcceptsecrets(true);
  component.setAliasesList(request.getAliasesList());
  component.setAliasspecs(true);
  component.setDependenciesList(request.getDependenciesList());
  component.setProtect(request.getProtect() ?? false);
  const urn = (await register(component)).getUrn();

  const args = plain(fromStruct(request.getInputs()));
  if (hasUnknown(args)) {
    session.engine.warning(urn, "Required input properties have unknown values. Preview is incomplete.");
    return { urn, state: {} };
  }
  const namespace = textAt(args, "namespace") || session.namespace;
  const objects = withNamespace(session, await read(session, name, args), namespace);
  const prefix = textAt(args, "resourcePrefix") || name;
  const provider = request.getProvidersMap().get("kubernetes");
  const made = new Map<KubeObject, JsonObject>();
  const make = async (object: KubeObject): Promise<void> => {
    if (!nameOf(object))
      throw new Error(
        `Kubernetes resources require a kind, an apiVersion and a .metadata.name: ${JSON.stringify(object).slice(0, 100)}`,
      );
    if (args.skipAwait === true) setMetadata(object, "annotations", annotations.skipAwait, "true");
    const child = new monitorMessages.RegisterResourceRequest();
    child.setType(typeToken(object));
    child.setName(`${prefix}:${idOf(object)}`);
    child.setParent(urn);
    child.setCustom(true);
    child.setAcceptsecrets(true);
    child.setAcceptresources(true);
    child.setSupportspartialvalues(true);
    child.setAliasspecs(true);
    if (provider) child.setProvider(provider);
    else child.setVersion(pluginVersions.kubernetes);
    if (textAt(object, "metadata", "annotations", "helm.sh/resource-policy") === "keep") child.setRetainondelete(true);
    child.setDependenciesList(
      [...made].filter(([other]) => needs(object, other)).map(([, reference]) => textAt(reference, "urn")),
    );
    const secrets = kindOf(object) === "Secret" ? ["data", "stringData"].filter((key) => objectAt(object, key)) : [];
    child.setObject(
      toStruct({ ...object, ...Object.fromEntries(secrets.map((key) => [key, secret(object[key] ?? {})])) }),
    );
    const response = await register(child);
    made.set(object, resourceReference(response.getUrn(), response.getId()));
  };
  await Promise.all(objects.filter(isFirst).map(make));
  await Promise.all(objects.filter((object) => !isFirst(object)).map(make));

  const state = { resources: objects.flatMap((object) => made.get(object) ?? []) };
  const outputs = new monitorMessages.RegisterResourceOutputsRequest();
  outputs.setUrn(urn);
  outputs.setOutputs(toStruct(state));
  await promised((done) => monitor.registerResourceOutputs(outputs, done));
  monitor.close();
  return { urn, state };
}
