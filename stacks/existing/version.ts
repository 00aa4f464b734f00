import { coerce, satisfies } from "semver";
import { supportedVersions } from "../versions.ts";
import { type Deployment, type Fault, type Meta, nameOf, setOneOf } from "./objects.ts";

/** The version in an image's tag, such as 1.29.1 in `docker.io/istio/pilot:1.29.1-distroless`; undefined for a digest alone or a word. */
export const tagVersion = (image: string | undefined): string | undefined =>
  /^[^@]*:v?(\d+\.\d+(?:\.\d+)?)[^/:@]*(?:@.*)?$/.exec(image ?? "")?.[1];

/** The version of what a Deployment runs: by its image's tag, then by what the chart noted. */
export function versionOf(deployment: Deployment): string | undefined {
  const { containers } = deployment.spec.template.spec;
  const { "app.kubernetes.io/version": noted, "helm.sh/chart": chart } = deployment.metadata.labels ?? {};
  const byTag = containers.map(({ image }) => tagVersion(image)).find((version) => version !== undefined);
  return byTag ?? /\d+\.\d+(?:\.\d+)?/.exec(noted ?? chart ?? "")?.[0];
}

/** What of the platform has a version, in words. */
const named = {
  istio: "Istio",
  prometheus: "Prometheus",
  rollouts: "Argo Rollouts",
  gatewayApi: "the Gateway API",
} as const satisfies Record<keyof typeof supportedVersions, string>;

/** A look at what is there, or what a stack sets that does without it. */
const without: Readonly<Record<keyof typeof supportedVersions, readonly string[]>> = {
  istio: ["kubectl get deployments --all-namespaces -l app=istiod -o wide"],
  prometheus: setOneOf("monitoring", ["false"]),
  rollouts: setOneOf("strategy", ["istio"]),
  gatewayApi: setOneOf("strategy", ["istio"]),
};

/** A version that can be used, as it is, or why it cannot. One that is not known cannot. @param of where it was read */
export function usable(part: keyof typeof supportedVersions, version: string | undefined, of: Meta): string | Fault {
  const range = supportedVersions[part];
  if (version !== undefined && satisfies(coerce(version) ?? "", range)) return version;
  const place = of.metadata.namespace === undefined ? of.metadata.name : nameOf(of);
  return {
    cause:
      version === undefined
        ? `the version of ${named[part]} cannot be read from ${place}`
        : `${named[part]} is ${version}, by ${place}`,
    allowed: `${named[part]} ${range}`,
    next: without[part],
  };
}
