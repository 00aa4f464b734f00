import { withNext } from "@canary-lab/kit/user-error";
import { watchedExitCodes } from "../exit-codes.ts";
import type { Lab } from "../lab.ts";
import type { ReleaseStrategy, Say } from "../strategies/strategy.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { type Watched, watchRelease } from "./watch.ts";

/** Shows a release until it ends, see {@link watchRelease}, and sets the exit code of the process. */
export async function showRelease(lab: Lab, strategy: ReleaseStrategy, say: Say): Promise<Watched> {
  const { createView } = await import("./view.ts"); // what draws on a terminal is needed nowhere else
  const view = createView();
  try {
    const watched = await untilInterrupted((signal) => watchRelease(lab, strategy, view.show, { say, signal }));
    process.exitCode = watchedExitCodes[watched.ending];
    return watched;
  } finally {
    view.end();
  }
}

/** How it ended, and what to run. */
export function endText({ status, ending }: Watched): string {
  const line = status.release?.line ?? "";
  switch (ending) {
    case "finished":
      return line;
    case "waiting":
      return withNext(line, "npx canaryctl promote", "npx canaryctl abort");
    case "failed":
      return status.fault ?? line;
    case "interrupted":
      return status.release
        ? withNext(
            "Not watched any more: the release goes on.",
            "npx canaryctl status --watch",
            "npx canaryctl rollback",
          )
        : withNext("Not watched any more.", "npx canaryctl status --watch");
  }
}
