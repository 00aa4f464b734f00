import { Readable } from "node:stream";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { ImageStore } from "./image-store.ts";

/**
 * The kubelet's containerd, spoken to through its own client. Loading also unpacks the layers, so that the first pod does
 * not wait for that.
 *
 * @param ctr absolute path of containerd's client
 * @param socket absolute path of containerd's socket
 * @throws UserError (both methods) where containerd does not answer or refuses
 */
export function containerdStore(ctr: string, socket: string): ImageStore {
  const run = async (args: readonly string[], input?: AsyncIterable<Uint8Array>): Promise<string> => {
    const options = ["--address", socket, "--namespace", "k8s.io", ...args];
    const stdin = input ? { input: Readable.from(input) } : ({ stdin: "ignore" } as const);
    const result = await execa(ctr, options, { ...stdin, reject: false });
    if (!result.failed) return result.stdout;
    throw new UserError(
      `containerd refused \`ctr ${args.join(" ")}\`: ${result.stderr.trim() || result.shortMessage}`,
      {
        place: socket,
        next: "Read .lab/logs/containerd.log, then repeat npx canaryctl up.",
      },
    );
  };
  return {
    missing: async (images) => {
      const present = parseImageList(await run(["images", "ls"]));
      return images.filter(({ name, rendered }) => present.get(name) !== rendered.manifest.digest);
    },
    load: async (archive) => {
      await run(["images", "import", "-"], archive);
    },
  };
}

/** Reads the table that `ctr images ls` prints (REF, TYPE, DIGEST …): full name to manifest digest. */
export function parseImageList(table: string): ReadonlyMap<string, string> {
  const rows = table.split("\n").slice(1);
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return new Map(columns.flatMap(([name, , digest]) => (name && digest ? [[name, digest]] : [])));
}
