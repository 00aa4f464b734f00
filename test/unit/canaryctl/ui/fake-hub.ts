import { Hub } from "../../../../canaryctl/src/ui/hub.ts";
import type { ActView, ApplicationsView } from "../../../../canaryctl/src/ui/snapshot.ts";
import { nothingRead, type Read } from "../../../../canaryctl/src/ui/stack-reader.ts";

/** What a look at the traffic alone says. */
export const ofTraffic = "error: The traffic was looked at.";

/** Stack dev has services. */
export const applications = (stack: string): ApplicationsView => ({
  own: "versioned-echo",
  services: stack === "dev" ? ["orders", "billing"] : [],
});

/** A hub whose stacks read as a test says. `opened` has the stacks that were begun to be read, in order. */
export function fakeHub(isReadOnly = false) {
  const opened: string[] = [];
  let [looks, looksAtTraffic, questions, hasMoved] = [0, 0, 0, false];
  let read: Read = { ...nothingRead, trouble: "error: The lab is not up." };
  const acts = new Map<string, readonly ActView[]>();
  const log = {
    of: (stack: string) => acts.get(stack) ?? [],
    isRunning: (stack: string) => log.of(stack).some(({ state }) => state === "running"),
  };
  const hub = new Hub({
    isReadOnly,
    stacks: () => ["dev", "staging"],
    applications,
    acts: log,
    reader: (stack) => {
      opened.push(stack);
      return {
        read: async () => {
          looks++;
          return read;
        },
        readTraffic: async () => {
          looksAtTraffic++;
          return { ...read, trouble: ofTraffic };
        },
        hasMoved: async () => {
          questions++;
          return hasMoved;
        },
      };
    },
  });
  return {
    hub,
    opened,
    looks: () => looks,
    looksAtTraffic: () => looksAtTraffic,
    questions: () => questions,
    moves: () => {
      hasMoved = true;
    },
    becomes: (to: Partial<Read>) => {
      read = { ...read, ...to };
    },
    acts: (stack: string, ...views: readonly ActView[]) => {
      acts.set(stack, views);
      hub.changed(stack);
    },
  };
}
