import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { versionLabel } from "../../../components/image/image-version.ts";
import type { Outcome } from "./command.ts";
import { canaryctl, kubectl, namespace } from "./lab.ts";
import { refusalFault } from "./refusal.ts";
import { note } from "./rollout.ts";
import { readConfig } from "./stack-config.ts";
import { type SteadyLoad, sendLoad, startSteadyLoad } from "./traffic.ts";

const clientPods = async (): Promise<readonly string[]> =>
  (await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo-client", "-o", "name")).split("\n");

const versionsNow = async () => (await sendLoad({ requests: 300, rate: 300 })).versions;

/** Null where no controller counts revisions. */
async function revision(): Promise<number | null> {
  const { release } = JSON.parse((await canaryctl("status", "--json")).stdout);
  return release?.revision ?? null;
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly deletionTimestamp?: string; readonly labels: Readonly<Record<string, string>> };
  }[];
}

/** The versions that the pods' labels say: beside the name of a slot where there are slots, else `version` itself. */
async function labelledVersions(): Promise<readonly (string | undefined)[]> {
  const { items } = JSON.parse(
    await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo", "-o", "json"),
  ) as Pods;
  return items
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata: { labels } }) => labels[versionLabel] ?? labels.version);
}

/** How long one load goes on at most, in milliseconds; it may not be longer than a load can. */
const legMilliseconds = 60_000;

/** Commands under 300 requests a second. Before one load is stopped the next is sent, so that no moment of the whole goes unmeasured. */
export class Measured {
  #load: SteadyLoad | undefined;
  #sent = 0;

  async command(...args: readonly string[]): Promise<void> {
    this.#load ??= await startSteadyLoad();
    const running = canaryctl(...args);
    for (;;) {
      const outcome = await ended(running, legMilliseconds);
      const { sent, failed, errors, statuses } = await this.#renew();
      note(`${args.join(" ")}: ${outcome ? `${outcome.seconds} s` : "goes on"}, ${failed} of ${sent} failed`);
      expect({ failed, errors, statuses }).toEqual({ failed: 0, errors: {}, statuses: { 200: sent } });
      if (!outcome) continue;
      expect(outcome.exitCode).toBe(0);
      return;
    }
  }

  async end(): Promise<void> {
    const report = await this.#load?.stop();
    note(`${this.#sent + (report?.sent ?? 0)} requests in all`);
    expect(report?.failed ?? 0).toBe(0);
  }

  async #renew(): Promise<LoadSummary> {
    const before = this.#load ?? (await startSteadyLoad());
    this.#load = await startSteadyLoad();
    const report = await before.stop();
    this.#sent += report.sent;
    return report;
  }
}

/** What a command left behind; undefined where it still runs after the time. */
async function ended(running: Promise<Outcome>, milliseconds: number): Promise<Outcome | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([running, pause(milliseconds, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

/**
 * Tests a release from its beginning to its end and back, for the strategy that is deployed: v1 is stable before it and after it. It takes
 * minutes, so it belongs to a part.
 *
 * @param steps the commands between create-canary and promote --full
 */
export function testWholeRelease(...steps: readonly (readonly string[])[]): void {
  testReleaseEnd("a whole release", ["create-canary", "--image", "versioned-echo:v2"], ...steps);
}

/**
 * Tests the end of a release of v2, and its way back.
 *
 * @param title what it begins with
 * @param steps the commands before promote --full
 */
export function testReleaseEnd(title: string, ...steps: readonly (readonly string[])[]): void {
  test(`${title} and its way back lose no request of a client that stays`, async () => {
    const client = await clientPods();
    const measured = new Measured();
    for (const step of steps) await measured.command(...step);
    const tried = await revision();
    await measured.command("promote", "--full", "--now", "--reason", "measured");
    expect(await versionsNow()).toEqual({ v2: 300 });
    expect(await labelledVersions()).toContain("v2");
    expect([readConfig("stableImage"), readConfig("canaryEnabled")]).toEqual(["versioned-echo:v2", "false"]);
    // The config was written behind the pods: it makes no revision of its own, and up has nothing to do.
    await measured.command("up");
    expect(await revision()).toBe(tried);

    await measured.command("rollback");
    await measured.end();
    expect(await versionsNow()).toEqual({ v1: 300 });
    expect(await labelledVersions()).toContain("v1");
    expect([readConfig("stableImage"), readConfig("canaryEnabled")]).toEqual(["versioned-echo:v1", "false"]);
    expect(await clientPods()).toEqual(client);
  }, 600_000);

  test("then there is nothing to promote", async () => {
    expect(refusalFault(await canaryctl("promote", "--full"), /no canary/, /create-canary/)).toBeUndefined();
  }, 60_000);
}
