import { nanosOf } from "@canary-lab/kit/kube/quantity";
import * as z from "zod";
import { type ServiceSpec, versionedEcho } from "../../components/workload/service-spec.ts";
import { textOf } from "./raw-values.ts";
import {
  boolean,
  integer,
  integerFrom,
  integerIn,
  list,
  matching,
  object,
  objectIn,
  oneOf,
  read,
  says,
  secretName,
} from "./values.ts";

const portRange = "an integer from 1 to 65535, and none from 15000 to 15099, where the sidecar listens";
const port = read(
  integerFrom(1, 65_535, portRange).refine((number) => number < 15_000 || number > 15_099, says(portRange)),
  integerIn,
);

/** Read alike by the kubelet, Envoy and Node; the API server takes any text, and a probe of it would fail for ever. */
const path = matching(
  /^\/(?!\/)(?:[!"$&-~]|%[0-9a-fA-F]{2}){0,1023}$/,
  "an absolute path such as /healthz?full=1, of at most 1024 characters, without spaces and #",
);

/** Text as it is, the empty one too; an object is a slip of YAML, such as `- --level: debug`. */
const text = z.preprocess(
  (value) => (typeof value === "object" ? value : textOf(value)),
  z
    .string(says("text"))
    .regex(/^[^\0]*$/, says("text"))
    .meta({ description: "text", type: ["string", "number", "boolean"] }),
);

const probe = object({
  path: path.optional(),
  periodSeconds: integer(1, 3600).optional(),
  timeoutSeconds: integer(1, 3600).optional(),
  failureThreshold: integer(1, 1000).optional(),
});

const valueShape = "text or {secret, key}";
const variable = z.union(
  [
    text,
    object({
      secret: secretName,
      key: matching(
        /^(?!\.\.|\.$)[-._a-zA-Z0-9]{1,253}$/,
        "a key of the Secret, of letters, digits, hyphens, underscores and dots",
      ),
    }),
  ],
  says(valueShape),
);

// Kubernetes' IsEnvVarName; newer versions take more.
const variableName = z.string().regex(/^(?!\.\.|\.$)[-._a-zA-Z][-._a-zA-Z0-9]*$/);
const { error: noMap } = says(`an object of names, each with ${valueShape}`);
const environment = z.preprocess(
  objectIn,
  z.record(variableName, variable, {
    error: (issue) =>
      issue.code === "invalid_key"
        ? "is no name of a variable; allowed: letters, digits, hyphens, underscores and dots, first no digit"
        : noMap(issue),
  }),
);

/** @param step what the quantity must be a multiple of, in billionths */
const quantity = (step: bigint, allowed: string) =>
  read(
    z
      .string(says(allowed))
      .refine((given) => {
        const nanos = nanosOf(given);
        return nanos !== undefined && nanos > 0n && nanos % step === 0n;
      }, says(allowed))
      .meta({ description: allowed, type: ["string", "number"] }),
  );
export const cpu = quantity(1_000_000n, "CPUs above 0 such as 100m or 1.5, no finer than 1m");
export const memory = quantity(1_000_000_000n, "bytes above 0 such as 64Mi or 1G, no part of one");

const metricName = matching(
  /^(?!.*_bucket$)[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  "a metric's name of letters, digits, underscores and colons, first no digit, last no _bucket",
);
const labelName = matching(
  /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/,
  "a label's name of letters, digits and underscores, first no digit and not two underscores",
);

const metrics = object({
  port: port.optional(),
  path: path.default("/metrics"),
  requests: metricName.default("http_requests_total"),
  duration: metricName.default("http_request_duration_seconds"),
  unit: oneOf(["seconds", "milliseconds"]).default("seconds"),
  statusLabel: labelName.default("status_code"),
  routeLabel: labelName.default("route"),
});

/** The service of a stack, whatever image it is. Its defaults are those of versioned-echo. */
export const service = object({
  port: port.default(versionedEcho.port),
  healthPath: path.optional(),
  probes: object({ startup: probe.optional(), readiness: probe.optional(), liveness: probe.optional() }).prefault({}),
  command: list(text, "a list of texts").optional(),
  args: list(text, "a list of texts").optional(),
  environment: environment.optional(),
  resources: object({
    requests: object({
      cpu: cpu.default(versionedEcho.resources.requests.cpu),
      memory: memory.default(versionedEcho.resources.requests.memory),
    }).prefault({}),
    limits: object({
      cpu: cpu.optional(),
      memory: memory.default(versionedEcho.resources.limits.memory),
    }).prefault({}),
  }).prefault({}),
  user: integer(1, 2_147_483_647)
    .default(versionedEcho.user)
    .describe("Number of the user and group: not 0, which is root"),
  readOnlyRootFilesystem: boolean.default(versionedEcho.readOnlyRootFilesystem),
  request: object({
    path: path.default(versionedEcho.request.path),
    method: oneOf(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]).default(versionedEcho.request.method),
  })
    .prefault({})
    .describe("What is asked for when a split is measured: hundreds of times, without a body"),
  metrics: metrics.optional(),
}) satisfies z.ZodType<ServiceSpec>;
