import { BlockList, isIP } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in capitals or not). The rules are
 * those of Go's programs, so that kubectl, helm and this process take the same way: loopback addresses have no proxy, and
 * NO_PROXY takes `*`, host names (with all below them), addresses, ranges such as 10.0.0.0/8, and a port behind each.
 */
export function proxyFor(url: URL, environment: Environment = process.env): string | undefined {
  const named = (name: string): string => environment[name] || environment[name.toLowerCase()] || "";
  const proxy = named(url.protocol === "http:" ? "HTTP_PROXY" : "HTTPS_PROXY");
  if (!proxy || isExempt(url, named("NO_PROXY"))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExempt(url: URL, exemptions: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || isWithin(host, "127.0.0.0/8") || isWithin(host, "::1/128")) return true;
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  return exemptions
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean)
    .some((entry) => {
      if (entry === "*") return true;
      if (entry.includes("/")) return isWithin(host, entry);
      const [, name = entry, only] = isIP(entry) ? [] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? []);
      if (only && only !== port) return false;
      const bare = name.replace(/^\*?\.|^\[|\]$/g, "");
      return host === bare ? !/^\*?\./.test(name) : !isIP(host) && host.endsWith(`.${bare}`);
    });
}

function isWithin(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");
  if (!isIP(host) || isIP(host) !== isIP(network)) return false;
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), family(network));
  } catch {
    return false; // not a range, such as a host name with a slash
  }
  return list.check(host, family(host));
}
