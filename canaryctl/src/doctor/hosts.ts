/** A short name is a host of its object's own namespace. */
export const fullName = (host: string, namespace: string): string =>
  host.includes(".") || host === "*" ? host : `${host}.${namespace}.svc.cluster.local`;

/** Whether a host, which may begin with a wildcard, is about `name`. */
export const covers = (host: string, name: string): boolean =>
  host === name || host === "*" || (host.startsWith("*.") && name.endsWith(host.slice(1)));
