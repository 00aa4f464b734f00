/**
 * Makes a proxy count the requests that it sends, per subset: Istio's proxies leave these out unless they are told to. Such counters
 * say what callers see of each version, and need nothing from the application. Only they are added, for each is a series per cluster.
 */
export const callerStatsAnnotations = {
  "proxy.istio.io/config": JSON.stringify({
    proxyStatsMatcher: { inclusionRegexps: ["cluster\\.outbound.*upstream_rq.*"] },
  }),
} as const;
