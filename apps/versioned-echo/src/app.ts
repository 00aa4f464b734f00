import Fastify, { type FastifyInstance } from "fastify";
import type { Lifecycle } from "./drain.ts";
import { type Faults, parseFaults } from "./faults.ts";
import { addMetrics } from "./metrics.ts";

/** What {@link buildApp} needs. */
export interface AppOptions {
  /** What `/` and `/version` answer, and the `version` label of every metric. */
  readonly version: string;
  /** The faults to start with; `PUT /faults` replaces them. */
  readonly faults: Faults;
  /** Told when the service is asked to stop. */
  readonly lifecycle: Lifecycle;
  /** Ends the process as a crash does. */
  readonly crash: () => void;
  /** Decides which answers fail: a number from 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * How long an idle connection is kept, in milliseconds: longer than Envoy keeps one (1 h), so that it is the caller who closes
 * and no request meets a connection that the service is just closing.
 */
const keepAliveMilliseconds = 3_605_000;

/** The service, not yet listening. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { version, lifecycle, random = Math.random } = options;
  let faults = options.faults;
  const app = Fastify({
    keepAliveTimeout: keepAliveMilliseconds,
    // The same for a connection that Envoy has opened and not used yet: after a minute Node would answer it with 408, which the next request
    // would take for its own.
    http: { headersTimeout: keepAliveMilliseconds, requestTimeout: keepAliveMilliseconds },
    bodyLimit: 4096,
    // What arrives on an open connection after the listener has gone is still in flight for its caller: serve it.
    return503OnClosing: false,
  });

  // When the answer leaves, not when the request comes: what was in flight must not leave its connection open either.
  // Hooks and answers come without a promise, which would cost each request about a tenth of its processor time.
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (lifecycle.draining) reply.header("connection", "close");
    done(null, payload);
  });
  addMetrics(app, version);

  for (const route of ["/", "/version"]) {
    app.get(route, (_request, reply) => {
      const answer = () => {
        // 500 and not 503: a mesh retries 503, and the fault would be hidden from the very caller who should see it.
        if (random() < faults.errorRate) reply.code(500).send({ version, error: "injected fault" });
        else reply.send({ version });
      };
      if (faults.latencyMilliseconds > 0) setTimeout(answer, faults.latencyMilliseconds);
      else answer();
    });
  }

  app.get<{ Querystring: { probe?: string } }>("/health", async (request, reply) => {
    // A draining or unready process is alive: restarting it would only lose what is in flight.
    if (request.query.probe === "liveness") return { status: "alive", version };
    if (lifecycle.draining) return reply.code(503).send({ status: "draining", version });
    if (!faults.ready) return reply.code(503).send({ status: "not ready", version });
    return { status: "ready", version };
  });

  app.get("/faults", async () => faults);
  app.put("/faults", async (request, reply) => {
    const parsed = parseFaults(request.body);
    if ("problems" in parsed) return reply.code(400).send({ error: "bad faults", problems: parsed.problems });
    faults = parsed.faults;
    // After the answer has left, or nobody would learn that it was heard.
    if (faults.crash) reply.raw.once("finish", () => setImmediate(options.crash));
    return faults;
  });
  return app;
}
