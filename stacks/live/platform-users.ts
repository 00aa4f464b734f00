import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { PlatformPart } from "../../cluster/target.ts";
import { isEnforcedBy } from "../../components/isolation/pod-security.ts";
import { configAnnotation, platformAnnotation, stackAnnotation } from "../../components/workload/render-application.ts";
import { notedParts, notedPartsConfig } from "../noted-parts.ts";
import { notedFacts } from "../platform-facts.ts";
import type { PartsConfig } from "../platform-parts.ts";
import { projectName } from "../stack-name.ts";
import { goingKinds } from "./platform-definitions.ts";

/** An application in the cluster. */
export interface Application {
  /** Full name of its stack. */
  readonly stack: string;
  readonly namespace: string;
  /** What of its config says which parts it needs, or installs; undefined where that is not noted. */
  readonly parts?: PartsConfig | undefined;
}

/** An application that stands on the platform of a stack which did not make it. */
interface PlatformUser extends Application {
  readonly needs: readonly PlatformPart[];
}

/** What stands on a stack's platform. */
export interface PlatformUse {
  /** All of this project that are in the cluster, whatever they stand on. */
  readonly applications: readonly Application[];
  readonly users: readonly PlatformUser[];
  /** Objects of nobody's stack that go with definitions, such as `HTTPRoute team-b/shop`. */
  readonly objects: readonly { readonly part: PlatformPart; readonly name: string }[];
}

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly controllerName?: string };
}

interface List {
  readonly items: readonly Listed[];
}

/** The classes that Istio's control plane makes by itself, and makes again, have a controller of this name. */
const isOfMesh = ({ spec }: Listed): boolean => spec?.controllerName?.startsWith("istio.io/") === true;

/** A namespace with what stacks note on it. */
export interface NotedNamespace {
  readonly name: string;
  /** Full name of the stack whose application is in it. */
  readonly stack: string | undefined;
  /** Full name of the stack whose platform that stands on. */
  readonly platform: string | undefined;
  readonly config: string | undefined;
  /** Whether pods that set up their own network are refused in it. */
  readonly isRestricted: boolean;
}

/** All namespaces of the cluster. */
export async function notedNamespaces(client: Pick<ClusterClient, "get">): Promise<readonly NotedNamespace[]> {
  const namespaces = await client.get<List>("/api/v1/namespaces");
  return (namespaces?.items ?? []).map(({ metadata: { name, annotations = {}, labels = {} } }) => ({
    name,
    stack: annotations[stackAnnotation],
    platform: notedFacts(annotations[platformAnnotation])?.owner,
    config: annotations[configAnnotation],
    isRestricted: isEnforcedBy(labels),
  }));
}

/**
 * Who uses the platform of `owner`, by what stands in the cluster at this moment: an application's Namespace says it, which is made before
 * all that is in it and removed after that.
 *
 * @param owner its full name; undefined where only the applications are asked for
 * @param parts whose objects are looked for
 * @param namespaces where they have been read already
 */
export async function platformUse(
  client: Pick<ClusterClient, "get">,
  owner: string | undefined,
  parts: readonly PlatformPart[],
  namespaces = notedNamespaces(client),
): Promise<PlatformUse> {
  const [noted, kinds] = await Promise.all([namespaces, goingKinds(client, parts)]);
  const found = await Promise.all(kinds.map(({ path }) => client.get<List>(path)));
  const applications = noted.flatMap(({ name, stack, config }) =>
    stack?.split("/")[1] === projectName ? [{ stack, namespace: name, parts: notedPartsConfig(config) }] : [],
  );
  const users = noted.flatMap(({ name, stack, platform, config, isRestricted }) => {
    if (owner === undefined || platform !== owner) return [];
    const needs = [...notedParts(config), ...(isRestricted ? (["istio-cni"] as const) : [])];
    return [{ stack: stack ?? "?", namespace: name, needs }];
  });
  const ofStacks = noted.filter(({ stack, platform }) => [stack, platform].includes(owner)).map(({ name }) => name);
  const objects = kinds.flatMap(({ part, kind }, index) =>
    (found[index]?.items ?? [])
      .filter((object) => !ofStacks.includes(object.metadata.namespace ?? "") && !isOfMesh(object))
      .map(({ metadata: { namespace, name } }) => ({
        part,
        name: `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
      })),
  );
  return { applications, users, objects };
}
