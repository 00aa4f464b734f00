import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { type Conclusion, conclude, lastRelease, presentSeconds, short } from "../../canary/judge/conclusion.ts";
import { optionsFor } from "../../canary/judge/config.ts";
import {
  alignedRange,
  hasLatency,
  prometheusNow,
  prometheusSlices,
  Unreadable,
} from "../../canary/judge/counters/prometheus.ts";
import type { Factor } from "../../canary/judge/factor.ts";
import type { SideReport } from "../../canary/judge/verdict.ts";
import { factsOf } from "../../canary/strategies.ts";
import { podsPath } from "../../cluster/kube/paths.ts";
import { versions } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";
import type { MonitoringFacts } from "../platform-facts.ts";
import { recordedRelease } from "./counted-release.ts";
import { platformPrometheus } from "./prometheus.ts";
import type { Rise } from "./rise-gate.ts";
import { rollbackMark } from "./taken-back.ts";

/** What is judged, and by whose counters. */
export interface JudgedStack {
  readonly client: Pick<ClusterClient, "get">;
  readonly config: LabConfig;
  readonly monitoring: MonitoringFacts;
}

/** Most readings of a release, and the shortest and longest time between two of them, in seconds: two hours to a day. */
const mostReadings = 1440;
const [shortestStep, longestStep] = [5, 60];

/** Why the canary must not get more by what Prometheus has counted of it; undefined where the judge passes it. */
export async function judgedFault(stack: JudgedStack, rise: Rise, override: string): Promise<UserError | undefined> {
  const { namespace, service } = stack.monitoring;
  const move = `from ${short(rise.from)} % to ${short(rise.to)} %`;
  const place = `service ${namespace}/${service}`;
  try {
    const { verdict, reason, numbers } = await judgedRelease(stack);
    if (verdict === "pass") return undefined;
    // Of pods the callers count since the update that brought their filter: one by an older version of the program did not.
    const isUncounted = factsOf(stack.config.strategy).counted === "by-pod" && numbers.canary.requests === 0;
    const { stable, canary, tests } = numbers;
    const factor = tests.find(({ speaker }) => speaker === (numbers.failure?.by ?? "errors"))?.factor;
    const cause =
      verdict === "fail"
        ? `The judge fails the canary, which does not go ${move}.`
        : `The judge has no verdict yet, so the canary does not go ${move}.`;
    return new NotPassedError(
      `${cause} ${reason} ${[sideText("Canary", canary), sideText("stable", stable), ...factorText(factor)].join("; ")}.`,
      {
        place: `${place}; counted for ${Math.round(numbers.seconds)} s`,
        allowed: "a canary that passes; a first share and a lower one are not judged",
        next: [
          ...(verdict === "fail" ? ["npx canaryctl rollback"] : []),
          ...(isUncounted ? ["npx canaryctl up"] : []),
          "npx canaryctl watch",
          override,
        ],
      },
    );
  } catch (error) {
    if (error instanceof RangeError) return misfit(error, move, override);
    if (!(error instanceof Unreadable)) throw error;
    return new NotPassedError(
      `Prometheus cannot be asked about the canary, which does not go ${move} unseen: ${error.message}`,
      {
        place,
        allowed: "a canary that passes; a first share and a lower one are not judged",
        next: [`kubectl -n ${namespace} get pods`, override],
      },
    );
  }
}

/** The judge does not let the canary have more. */
class NotPassedError extends UserError {
  override readonly kind = "judge";
}

/** An objective or limits that no histogram of the callers' proxies can show. */
const misfit = ({ message }: RangeError, move: string, override: string): UserError =>
  new NotPassedError(`${message}\nThe canary does not go ${move} unseen.`, {
    place: "objective and judge in the stack's config",
    next: ["npx canaryctl config get objective", "npx canaryctl config get judge", override],
  });

/** The verdict on what the callers' proxies have counted since the release began. @throws Unreadable */
async function judgedRelease({ client, config, monitoring }: JudgedStack): Promise<Conclusion> {
  const release = recordedRelease(config);
  if (!release) throw new Unreadable(`With strategy ${config.strategy} the callers do not tell the versions apart.`);
  const ask = platformPrometheus(client, monitoring);
  const [began, now] = await Promise.all([releaseBegan(client, config), prometheusNow(ask)]);
  const begin = Math.max(began, now - mostReadings * longestStep);
  const step = Math.max(shortestStep, Math.ceil((now - begin) / mostReadings));
  const options = optionsFor(config);
  const { edges } = options.latency;
  const needsLatency = hasLatency(release);
  const slices = await prometheusSlices(ask, { release, edges, needsLatency }, alignedRange(begin, now, step));
  return conclude(lastRelease(slices, presentSeconds), options, needsLatency);
}

interface Pods {
  readonly items: readonly { readonly metadata: { readonly creationTimestamp: string } }[];
}

/**
 * Unix seconds, Infinity without a pod: since the oldest of the canary's pods was made, or since the last rollback. What an earlier canary did,
 * or what this one did before it was sent back, says nothing of this release.
 */
async function releaseBegan(client: JudgedStack["client"], { app, namespace }: LabConfig): Promise<number> {
  const [pods, mark] = await Promise.all([
    client.get<Pods>(podsPath(namespace, { app, version: versions.canary })),
    rollbackMark(client, { app, namespace }),
  ]);
  const made = (pods?.items ?? []).map(({ metadata }) => Date.parse(metadata.creationTimestamp));
  return Math.max(Math.min(...made), mark?.writtenAt ?? 0) / 1000;
}

const sideText = (name: string, { requests, errors, p95Milliseconds }: SideReport): string => {
  const p95 = p95Milliseconds === undefined ? "" : `, p95 ${short(p95Milliseconds)} ms`;
  return `${name} ${errors} errors of ${requests} requests${p95}`;
};

function factorText(factor: Factor | undefined): readonly string[] {
  if (factor?.estimate === undefined) return [];
  const upper = Number.isFinite(factor.upper) ? ` to ${short(factor.upper)}` : " or more";
  return [`factor ${short(factor.estimate)}, within ${short(factor.lower)}${upper}`];
}
