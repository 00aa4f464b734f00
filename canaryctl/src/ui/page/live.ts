import { useEffect, useState } from "preact/hooks";
import type { Act } from "../acts.ts";
import type { ActView, Snapshot } from "../snapshot.ts";

export interface Live {
  /** Undefined before the first one of this stack. */
  readonly snapshot: Snapshot | undefined;
  /** False while the server cannot be reached: what is shown is old then. */
  readonly isConnected: boolean;
}

const query = (stack: string | undefined): string => (stack === undefined ? "" : `?${new URLSearchParams({ stack })}`);

/** How long after a lost connection the next is tried, in milliseconds. */
const retryMilliseconds = 1000;

/** Follows a stack; the server's own where none is named. */
export function useLive(stack: string | undefined): Live {
  const [live, setLive] = useState<Live>({ snapshot: undefined, isConnected: false });
  useEffect(() => {
    let events: EventSource;
    let retry: number | undefined;
    const open = () => {
      events = new EventSource(`/events${query(stack)}`);
      events.addEventListener("snapshot", ({ data }) => setLive({ snapshot: JSON.parse(data), isConnected: true }));
      events.addEventListener("change", ({ data }) =>
        setLive(({ snapshot }) => ({
          snapshot: snapshot && { ...snapshot, ...JSON.parse(data) },
          isConnected: true,
        })),
      );
      events.addEventListener("error", () => {
        events.close();
        setLive(({ snapshot }) => ({ snapshot, isConnected: false }));
        retry = window.setTimeout(open, retryMilliseconds);
      });
    };
    open();
    return () => {
      clearTimeout(retry);
      events.close();
    };
  }, [stack]);
  return live;
}

/** Asks the server for an act. @returns what became of it; a text where the server gave no answer of its own */
export async function post(stack: string, act: Act): Promise<ActView | string> {
  try {
    const answer = await fetch(`/acts${query(stack)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(act),
    });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return isJson ? ((await answer.json()) as ActView) : (await answer.text()).trim();
  } catch {
    return "error: The server does not answer: nothing was asked for.\n  next:    npx canaryctl ui";
  }
}
