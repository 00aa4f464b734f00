/** A digest as images are named by it. */
const named = /^(.+)@(sha256:[0-9a-f]{64})$/;

/** An image where its registry has it. */
export interface NamedImage {
  /** `https://host[:port]`, without a path. */
  readonly registry: string;
  /** How Docker's config file names the registry. */
  readonly account: string;
  readonly repository: string;
  /** `sha256:<hex>`. */
  readonly digest: string;
}

const dockerHub = { registry: "https://registry-1.docker.io", account: "https://index.docker.io/v1/" } as const;

/** Where an image is; undefined where its reference has no digest. Docker Hub is meant where no host is named, as container runtimes read it. */
export function namedImage(reference: string): NamedImage | undefined {
  const [, name = "", digest = ""] = named.exec(reference) ?? [];
  if (name === "") return undefined;
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = (hasHost ? rest.join("/") : name).replace(/:[^:/]*$/, "");
  if (!hasHost || first === "docker.io" || first === "index.docker.io")
    return { ...dockerHub, repository: path.includes("/") ? path : `library/${path}`, digest };
  // Plain HTTP for this machine alone: what is read elsewhere could be changed on its way, or left out.
  const scheme = /^(localhost|127(\.\d{1,3}){3})(:|$)/.test(first) ? "http" : "https";
  return { registry: `${scheme}://${first}`, account: first, repository: path, digest };
}
