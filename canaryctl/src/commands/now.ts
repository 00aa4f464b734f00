import { UsageError } from "../usage-error.ts";

/** `--now` and the reason for it. */
export interface NowFlags {
  readonly now?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** @param next the command with a reason @throws UsageError for `--now` without one */
export function mustSayWhy({ now, reason }: NowFlags, next: string): void {
  if (!now || reason?.trim()) return;
  throw new UsageError("--now goes past what the plan, the alerts and the judge say, and nobody would know why.", {
    allowed: "--now with --reason",
    next,
  });
}
