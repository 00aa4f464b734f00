import Fastify, { type FastifyInstance } from "fastify";
import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import { isObject } from "../../../canary/judge/counters/matrix.ts";
import { Unreadable } from "../../../canary/judge/counters/prometheus.ts";
import { judge } from "./judge.ts";
import { httpPrometheus } from "./prometheus.ts";
import { parseQuestion } from "./question.ts";

/** What {@link buildApp} needs. */
export interface AppOptions {
  readonly prometheus: URL;
  /** Parameters of a question that does not give them. */
  readonly defaults: Readonly<Record<string, string>>;
  /** After so long without a verdict the answer is that there is none. */
  readonly timeoutMilliseconds: number;
}

/** Without the numbers where there are none. */
type Answer = Pick<Conclusion, "verdict" | "reason"> & { readonly numbers?: Conclusion["numbers"] };

/**
 * Status of each verdict: above 202 for all but a pass, for Flagger takes 202 for one, and none of those that a mesh retries (503).
 */
const statuses = { pass: 200, inconclusive: 409, fail: 412 } as const;

/** The service, not yet listening. */
export function buildApp({ prometheus, defaults, timeoutMilliseconds }: AppOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: 16_384 });
  let last: Promise<unknown> = Promise.resolve();

  /** One verdict at a time, so that memory is bounded; who waits for too long gets none. */
  async function answer(asked: Readonly<Record<string, unknown>>): Promise<Answer> {
    const parsed = parseQuestion({ ...defaults, ...asked });
    if ("problems" in parsed) return { verdict: "inconclusive", reason: parsed.problems.join("\n") };
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const conclusion = last.then(() => judge(httpPrometheus(prometheus, signal), parsed.question));
    last = conclusion.catch(() => {});
    try {
      return await conclusion;
    } catch (error) {
      if (error instanceof Unreadable || error instanceof RangeError)
        return { verdict: "inconclusive", reason: error.message };
      throw error;
    }
  }

  app.get<{ Querystring: Record<string, unknown> }>("/verdict", async (request, reply) => {
    const answered = await answer(request.query);
    return reply.code(statuses[answered.verdict]).send(answered);
  });

  // Argo Rollouts takes any status but 2xx for an error of measurement, a few of which abort: the body alone has the verdict. It keeps
  // the whole body of each measurement, and shows it: what people read is enough.
  app.get<{ Querystring: Record<string, unknown> }>("/argo-rollouts", async (request) => {
    const { verdict, reason } = await answer(request.query);
    return { verdict, reason };
  });

  app.post("/flagger", async (request, reply) => {
    const answered = await answer(flaggerParameters(request.body));
    return reply.code(statuses[answered.verdict]).send(answered);
  });

  // A hook of the type `rollback`: 200 rolls back.
  app.post("/flagger/rollback", async (request, reply) => {
    const answered = await answer(flaggerParameters(request.body));
    return reply.code(answered.verdict === "fail" ? 200 : statuses.inconclusive).send(answered);
  });

  app.get("/healthz", async () => ({ status: "alive" }));

  // A mistake of ours or a body that is none must not look like a verdict either.
  app.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const status = request.url.startsWith("/argo-rollouts") ? 200 : (error.statusCode ?? 500);
    return reply.code(status).send({ verdict: "inconclusive", reason: error.message } satisfies Answer);
  });
  return app;
}

/** Flagger's payload: the canary's Deployment has the name of the Canary, and the stable one `-primary` behind it. */
function flaggerParameters(body: unknown): Readonly<Record<string, unknown>> {
  const { name, namespace, metadata } = isObject(body) ? body : {};
  return {
    ...(typeof name === "string" && {
      telemetry: "istio",
      by: "destination_workload",
      stable: `${name}-primary`,
      canary: name,
    }),
    ...(namespace !== undefined && { namespace }),
    ...(isObject(metadata) && metadata),
  };
}
