import { at, listAt, textAt } from "../../json.ts";
import { type KubeObject, nameOf, namespaceOf } from "../objects/objects.ts";
import { type ReadinessCheck, ready } from "./readiness.ts";

/** Endpoints come in one by one: they count once nothing changed for this long, in milliseconds; while there are none, longer. */
const settleMilliseconds = 2000;
const emptyMilliseconds = 10_000;
/** An Ingress whose backends never show any endpoint is let through after this long, in milliseconds. */
const noEndpointsMilliseconds = 60_000;

const hasAddress = (object: KubeObject): boolean => listAt(object, "status", "loadBalancer", "ingress").length > 0;
const subsetsOf = (endpoints: KubeObject | undefined) => listAt(endpoints, "subsets");

/** A Service is in order when its endpoints have stopped to change, none of them is unready, and a LoadBalancer has its address. */
export const serviceCheck: ReadinessCheck = {
  watches: (object) => [{ apiVersion: "v1", kind: "Endpoints", namespace: namespaceOf(object), name: nameOf(object) }],
  onRead: true,
  check: ({ object, related, quietFor }) => {
    const type = textAt(object, "spec", "type") || "ClusterIP";
    const hasNoPods = type === "ExternalName" || textAt(object, "spec", "clusterIP") === "None";
    const hasSelector = Object.keys(at(object, "spec", "selector") ?? {}).length > 0;
    const isExposed = type !== "LoadBalancer" || hasAddress(object);
    const endpoints = related("Endpoints").find((one) => nameOf(one) === nameOf(object));
    const isPending = subsetsOf(endpoints).some((subset) => listAt(subset, "notReadyAddresses").length > 0);
    const hasTarget = subsetsOf(endpoints).some((subset) => listAt(subset, "addresses").length > 0);
    const isSettled = (quietFor("Endpoints") ?? 0) >= (hasTarget ? settleMilliseconds : emptyMilliseconds);
    if (isExposed && (hasNoPods || !hasSelector || (isSettled && !isPending))) return ready;
    const details = [
      ...(hasTarget || hasNoPods
        ? []
        : [
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
          ]),
      ...(isExposed ? [] : ["Service was not allocated an IP address; does your cloud provider support this?"]),
    ];
    return {
      ready: false,
      status: isExposed ? "Finding Pods to direct traffic to" : "Attempting to allocate IP address to Service",
      details,
    };
  },
};

/** An Ingress is in order when each backend has endpoints (or the wait for them is over) and its controller gave it an address. */
export const ingressCheck: ReadinessCheck = {
  watches: (object) =>
    ["Endpoints", "Service"].map((kind) => ({ apiVersion: "v1", kind, namespace: namespaceOf(object) })),
  onRead: true,
  check: ({ object, related, quietFor, elapsed }) => {
    const external = new Set(
      related("Service")
        .filter((one) => textAt(one, "spec", "type") === "ExternalName")
        .map(nameOf),
    );
    const known = new Set(related("Endpoints").map(nameOf));
    const backends = listAt(object, "spec", "rules")
      .flatMap((rule) => listAt(rule, "http", "paths"))
      .map((path) => textAt(path, "backend", "service", "name"))
      .filter((name) => name && !external.has(name));
    const quiet = quietFor("Endpoints");
    const isSettled = quiet === undefined ? elapsed >= noEndpointsMilliseconds : quiet >= emptyMilliseconds;
    const hasBackends = isSettled || backends.every((name) => known.has(name));
    if (hasBackends && hasAddress(object)) return ready;
    const details = [
      ...(backends.every((name) => known.has(name))
        ? []
        : ["Ingress has at least one rule with an unavailable target endpoint."]),
      ...(hasAddress(object) ? [] : ["Ingress .status.loadBalancer field was not updated with a hostname/IP address."]),
    ];
    return {
      ready: false,
      status: hasBackends
        ? "Waiting for the ingress controller to give an address"
        : "Finding a matching service for each Ingress path",
      details,
    };
  },
};
