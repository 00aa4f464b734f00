import { useEffect, useState } from "preact/hooks";
import type { Act } from "../acts.ts";
import type { ActView, Snapshot } from "../snapshot.ts";

export interface Live {
  /** Undefined before the first one of what is named. */
  readonly snapshot: Snapshot | undefined;
  /** False while the server cannot be reached: what is shown is old then. */
  readonly isConnected: boolean;
}

/** What a window shows, by its address: the server's own choice where it names no stack, a stack's own application without `app`. */
export interface Named {
  readonly stack?: string;
  readonly app?: string;
}

export const query = (named: Named): string => `?${new URLSearchParams({ ...named })}`;

/** How long after a lost connection the next is tried, in milliseconds. */
const retryMilliseconds = 1000;

/** Follows what is named. */
export function useLive(named: Named): Live {
  const [live, setLive] = useState<Live>({ snapshot: undefined, isConnected: false });
  useEffect(() => {
    let events: EventSource;
    let retry: number | undefined;
    const open = () => {
      events = new EventSource(`events${query(named)}`);
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
  }, [named]);
  return live;
}

/** Asks the server for an act. @returns what became of it; a text where the server gave no answer of its own */
export async function post(named: Named, act: Act): Promise<ActView | string> {
  try {
    const answer = await fetch(`acts${query(named)}`, {
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
