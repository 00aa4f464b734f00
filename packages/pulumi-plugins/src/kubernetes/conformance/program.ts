import { join } from "node:path";
import k8s from "@pulumi/kubernetes";
import pulumi from "@pulumi/pulumi";
import { isObject, type Json, type JsonObject, textAt } from "../../json.ts";
import type { StepResource } from "./recording.ts";

/** The kubeconfigs that a case may name. */
export type Kubeconfigs = Readonly<Record<"env" | "renamed" | "closedPort", string>>;

/** What each class of the SDK is here: which one it is, only the case knows. */
interface ResourceClass {
  new (name: string, props: object, options?: object): pulumi.CustomResource;
  get(name: string, id: string, options?: object): pulumi.CustomResource;
}
type Made = Map<string, pulumi.Resource>;

/** The SDK's class for a type token, such as `kubernetes:apps/v1:Deployment`; undefined for a custom resource. */
function classOf(type: string): ResourceClass | undefined {
  if (type === "pulumi:providers:kubernetes") return k8s.Provider as unknown as ResourceClass;
  const [, module = "", kind = ""] = type.split(":");
  const [group = "", ...rest] = module.split("/");
  const name = group.replace(/\.k8s\.io$|\.sh$/, "").replace("rbac.authorization", "rbac");
  let found: unknown = k8s;
  for (const step of [name, ...rest, kind]) found = (found as Record<string, unknown> | undefined)?.[step];
  return found as ResourceClass | undefined;
}

/** Properties with what stands in them for outputs, secrets, files and kubeconfigs. */
function resolved(value: Json, made: Made, folder: string, kubeconfigs: Kubeconfigs): unknown {
  const resolve = (inner: Json): unknown => resolved(inner, made, folder, kubeconfigs);
  if (Array.isArray(value)) return value.map(resolve);
  if (!isObject(value)) return value;
  if ("$secret" in value) return pulumi.secret(resolve(value.$secret ?? null));
  if ("$path" in value) return join(folder, textAt(value, "$path"));
  if ("$kubeconfig" in value) return kubeconfigs[textAt(value, "$kubeconfig") as keyof Kubeconfigs];
  if ("$ref" in value) {
    const [name = "", property = "", ...path] = textAt(value, "$ref").split(".");
    const output = (made.get(name) as unknown as Record<string, pulumi.Output<Record<string, unknown>>>)[property];
    return pulumi
      .output(output)
      .apply((start) =>
        path.reduce<unknown>((item, key) => (item as Record<string, unknown> | undefined)?.[key], start),
      );
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
}

/** Resource options with the resources that they name. */
function optionsOf(options: JsonObject, made: Made): Record<string, unknown> {
  const named: Record<string, unknown> = { ...options };
  if (Array.isArray(options.dependsOn)) named.dependsOn = options.dependsOn.map((name) => made.get(String(name)));
  for (const key of ["provider", "parent", "deletedWith"])
    if (key in options) named[key] = made.get(textAt(options, key));
  return named;
}

/** The inline program that makes the resources of a step. */
export const programOf =
  (resources: readonly StepResource[], folder: string, kubeconfigs: Kubeconfigs): pulumi.automation.PulumiFn =>
  async () => {
    const made: Made = new Map();
    for (const { name, type, props, options = {}, get } of resources) {
      const Class = classOf(type);
      const [, apiVersion = "", kind = ""] = type.split(":");
      const given = optionsOf(options, made);
      if (get !== undefined) {
        const read = Class
          ? Class.get(name, get, given)
          : k8s.apiextensions.CustomResource.get(name, { apiVersion, kind, id: get, ...given });
        made.set(name, read);
        continue;
      }
      const inputs = resolved(props, made, folder, kubeconfigs) as Record<string, unknown>;
      made.set(
        name,
        Class
          ? new Class(name, inputs, given)
          : new k8s.apiextensions.CustomResource(name, { apiVersion, kind, ...inputs }, given),
      );
    }
  };
