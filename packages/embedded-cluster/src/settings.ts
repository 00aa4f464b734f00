import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Recipe } from "./toolchain/recipes/recipe.ts";

/** What one embedded cluster is told by whoever uses it. Paths are absolute. */
export interface EmbeddedClusterSettings {
  /** Folder of this cluster: its state, logs, kubeconfig and programs. One folder, one cluster. */
  readonly home: string;
  /** Folder of what is built, shared by all clusters and checkouts of the user: see {@link defaultCache}. */
  readonly cache: string;
  /**
   * IPv4 network of the cluster's pods and Services, which is divided between them: `address/prefix`, from /12 to /22, private or of
   * RFC 2544. By default 198.18.0.0/15. It holds from the first `up` until `down`, and need not be named in between.
   */
  readonly network?: string;
  /** Commands that bring the cluster up and take it down, as error messages name them. */
  readonly commands: Commands;
  /** Programs beside those of the add-ons that are built from Go modules and belong to this cluster's `bin`. */
  readonly recipes?: readonly Recipe[];
}

export interface Commands {
  readonly up: string;
  readonly down: string;
  /** The command that brings the cluster up in a network, for who has to choose another one. */
  readonly upIn?: (network: string) => string;
}

/** The user's cache folder, as the XDG base directory specification says: a relative XDG_CACHE_HOME does not count. */
export function defaultCache(environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const { XDG_CACHE_HOME: configured = "" } = environment;
  return join(isAbsolute(configured) ? configured : join(home, ".cache"), "canary-lab");
}
