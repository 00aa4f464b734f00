/** One object of the picture. */
export interface GraphNode {
  /** Unique in the picture, such as `Pod/versioned-echo-v1-7d75877d67-bbfn5`. */
  readonly id: string;
  /** Such as VirtualService; `Callers` for those who send and are no object. */
  readonly kind: string;
  readonly name: string;
  readonly role: "entry" | "route" | "service" | "pod" | "owner";
  /** What else there is to read of it, a line each. */
  readonly lines: readonly string[];
  /** Why it does not do what it is for: it is not there, matches no pod, is not ready. Such a node is drawn dashed. */
  readonly fault?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `traffic`: requests go this way; `part`: what stands in `to` belongs to `from`, or makes it. */
  readonly kind: "traffic" | "part";
  /** Which requests, and how many of them: `90 %`, `x-canary=v2`. */
  readonly labels: readonly string[];
}

/** What is deployed of one application, from the entries of its requests down to what makes its pods. */
export interface Graph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Puts a graph together: a node is drawn once, whoever leads to it, and so is the edge between two. */
export class GraphBuilder {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges = new Map<string, GraphEdge>();

  /** @returns the node's id */
  add({
    kind,
    name,
    lines = [],
    ...rest
  }: Omit<GraphNode, "id" | "lines"> & Partial<Pick<GraphNode, "lines">>): string {
    const id = `${kind}/${name}`;
    if (!this.#nodes.has(id)) this.#nodes.set(id, { id, kind, name, lines, ...rest });
    return id;
  }

  link(from: string, to: string, kind: GraphEdge["kind"], label?: string): void {
    const key = `${from} ${to}`;
    const labels = this.#edges.get(key)?.labels ?? [];
    this.#edges.set(key, { from, to, kind, labels: label === undefined ? labels : [...new Set([...labels, label])] });
  }

  build(title: string): Graph {
    return { title, nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }
}
