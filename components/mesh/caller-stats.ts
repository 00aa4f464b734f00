/**
 * Makes a proxy count the requests that it sends, per subset: Istio's proxies leave these out unless they are told to. Such counters
 * say what callers see of each version, and need nothing from the application. Only they are added, for each is a series per cluster.
 */
export const callerStats = { proxyStatsMatcher: { inclusionRegexps: ["cluster\\.outbound.*upstream_rq.*"] } } as const;

/** The same for the pods that carry it, where Istio's mesh config may not ask for it: the mesh is somebody else's. */
export const callerStatsAnnotations = { "proxy.istio.io/config": JSON.stringify(callerStats) } as const;
