import type { PodClient } from "@canary-lab/kit/kube/client";

/** A client that only reads: whatever else is asked of it is an error. */
export function readingClient(get: PodClient["get"]): PodClient {
  const refuse = () => Promise.reject(new Error("only reads were expected"));
  return { get, apply: refuse, patch: refuse, delete: refuse, text: refuse };
}
