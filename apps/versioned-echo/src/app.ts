import type { Server } from "node:http";
import type { Lifecycle } from "./drain.ts";
import { type Faults, parseFaults } from "./faults.ts";
import { readJson } from "./json-body.ts";
import { Metrics } from "./metrics.ts";
import { type Handler, routeServer } from "./routes.ts";

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

/** The service, not yet listening. */
export function buildApp(options: AppOptions): Server {
  const { version, lifecycle, random = Math.random } = options;
  let faults = options.faults;
  const metrics = new Metrics(version);
  const ownVersion = JSON.stringify({ version }); // once, for this is what is asked thousands of times a second

  const echo: Handler = (_request, answer) => {
    const send = () => {
      // 500 and not 503: a mesh retries 503, and the fault would be hidden from the very caller who should see it.
      if (random() < faults.errorRate) answer(500, { version, error: "injected fault" });
      else answer(200, ownVersion);
    };
    if (faults.latencyMilliseconds > 0) setTimeout(send, faults.latencyMilliseconds);
    else send();
  };

  const health: Handler = ({ url = "" }, answer) => {
    // A draining or unready process is alive: restarting it would only lose what is in flight.
    if (new URLSearchParams(url.split("?")[1]).get("probe") === "liveness") answer(200, { status: "alive", version });
    else if (lifecycle.draining) answer(503, { status: "draining", version });
    else if (!faults.ready) answer(503, { status: "not ready", version });
    else answer(200, { status: "ready", version });
  };

  const putFaults: Handler = async (request, answer) => {
    const parsed = parseFaults(await readJson(request));
    if ("problems" in parsed) {
      answer(400, { error: "bad faults", problems: parsed.problems });
      return;
    }
    faults = parsed.faults;
    const response = answer(200, faults);
    // After the answer has left, or nobody would learn that it was heard.
    if (faults.crash) response.once("finish", () => setImmediate(options.crash));
  };

  return routeServer({
    routes: {
      "/": { GET: echo },
      "/version": { GET: echo },
      "/health": { GET: health },
      "/faults": { GET: (_request, answer) => void answer(200, faults), PUT: putFaults },
      "/metrics": { GET: async (_request, answer) => void answer(200, await metrics.text(), metrics.contentType) },
    },
    isClosing: () => lifecycle.draining,
    count: metrics.count.bind(metrics),
  });
}
