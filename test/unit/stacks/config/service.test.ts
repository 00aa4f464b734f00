import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { versionedEcho } from "../../../../components/workload/service-spec.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { defaults } from "../sample-config.ts";
import { problemsOf } from "./problems-of.ts";

const parse = (service: unknown) => parseConfig({ ...defaults, service }).service;
const refused = (service: unknown) => problemsOf({ service });
const path = "an absolute path such as /healthz?full=1, of at most 1024 characters, without spaces and #";
const port = "an integer from 1 to 65535, and none from 15000 to 15099, where the sidecar listens";
const cpu = "CPUs above 0 such as 100m or 1.5, no finer than 1m";
const bytes = "bytes above 0 such as 64Mi or 1G, no part of one";

describe("service", () => {
  test("is none where it is empty, and has the values of versioned-echo for what it leaves out", () => {
    expect([parse(undefined), parse({}), parse("")]).toEqual([undefined, undefined, undefined]);
    expect(parse({ port: 8080 })).toEqual(versionedEcho);
    expect(parse({ resources: { limits: { memory: "1Gi" } } })?.resources).toEqual({
      requests: { cpu: "20m", memory: "64Mi" },
      limits: { memory: "1Gi" },
    });
  });

  test("is taken as YAML, and as the text in which the engine hands it over", () => {
    const service = {
      port: 9898,
      healthPath: "/healthz",
      probes: { readiness: { path: "/readyz", timeoutSeconds: 3 } },
      command: ["./podinfo"],
      args: ["--port", 9898, ""],
      environment: { LEVEL: "debug", COUNT: 3, ON: true, NONE: "", KEY: { secret: "db.main", key: "tls.key" } },
      user: 1_000_660_000,
    };
    const expected = {
      ...versionedEcho,
      ...service,
      args: ["--port", "9898", ""],
      environment: { ...service.environment, COUNT: "3", ON: "true" },
    };
    expect(parse(service)).toEqual(expected);
    expect(parse(JSON.stringify(service))).toEqual(expected);
  });

  test.each([
    [{ port: 0 }, `service.port is "0"; allowed: ${port}`],
    [{ port: "http" }, `service.port is "http"; allowed: ${port}`],
    [{ port: 15_021 }, `service.port is "15021"; allowed: ${port}`],
    [{ healthPath: "healthz" }, `service.healthPath is "healthz"; allowed: ${path}`],
    [{ healthPath: "//healthz" }, `service.healthPath is "//healthz"; allowed: ${path}`],
    [{ healthPath: "/a b" }, `service.healthPath is "/a b"; allowed: ${path}`],
    [{ healthPath: "/%zz" }, `service.healthPath is "/%zz"; allowed: ${path}`],
    [
      { probes: { readiness: { periodSeconds: 0 } } },
      'service.probes.readiness.periodSeconds is "0"; allowed: an integer from 1 to 3600',
    ],
    [
      { probes: { readyness: {} } },
      "service.probes.readyness is {}, and no such field is known; did you mean readiness?",
    ],
    [{ command: "./podinfo" }, 'service.command is "./podinfo"; allowed: a list of texts'],
    [{ args: [] }, 'service.args is "[]"; allowed: a list of texts'],
    [{ args: [{ "--level": "debug" }] }, 'service.args[0] is "{\\"--level\\":\\"debug\\"}"; allowed: text'],
    [{ args: ["a", null] }, "service.args[1] is not set; allowed: text"],
    [
      { environment: { "2ND": "x" } },
      "service.environment.2ND is no name of a variable; allowed: letters, digits, hyphens, underscores and dots, first no digit",
    ],
    [{ environment: { LEVEL: null } }, "service.environment.LEVEL is not set; allowed: text or {secret, key}"],
    [
      { environment: { KEY: { secret: "Db", key: "k" } } },
      'service.environment.KEY.secret is "Db"; allowed: the name of a Secret, of lower-case letters, digits, hyphens and dots',
    ],
    [
      { environment: { KEY: { secret: "db", key: ".." } } },
      'service.environment.KEY.key is ".."; allowed: a key of the Secret, of letters, digits, hyphens, underscores and dots',
    ],
    [
      { environment: { KEY: { secret: "db", name: "k", key: "k" } } },
      /^service\.environment\.KEY\.name is "k", and no such field is known/,
    ],
    [
      { environment: ["LEVEL=debug"] },
      'service.environment is "[\\"LEVEL=debug\\"]"; allowed: an object of names, each with text or {secret, key}',
    ],
    [{ resources: { limits: { cpu: "0.5m" } } }, `service.resources.limits.cpu is "0.5m"; allowed: ${cpu}`],
    [{ resources: { limits: { cpu: "1 core" } } }, `service.resources.limits.cpu is "1 core"; allowed: ${cpu}`],
    [{ resources: { requests: { memory: "64m" } } }, `service.resources.requests.memory is "64m"; allowed: ${bytes}`],
    [{ resources: { requests: { memory: "64MB" } } }, `service.resources.requests.memory is "64MB"; allowed: ${bytes}`],
    [{ resources: { requests: { memory: -1 } } }, `service.resources.requests.memory is "-1"; allowed: ${bytes}`],
    [
      { resources: { requests: { memory: "0.5Gi" } } },
      'service.resources.limits.memory is "256Mi" while service.resources.requests.memory is "0.5Gi"; allowed: 0.5Gi or more, or a smaller request',
    ],
    [{ user: 0 }, 'service.user is "0"; allowed: an integer from 1 to 2147483647'],
    [{ user: "root" }, 'service.user is "root"; allowed: an integer from 1 to 2147483647'],
    [
      { request: { method: "GET /" } },
      'service.request.method is "GET /"; allowed: GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE',
    ],
    [{ request: { path: "version" } }, `service.request.path is "version"; allowed: ${path}`],
    [
      { metrics: { duration: "http_request_duration_seconds_bucket" } },
      'service.metrics.duration is "http_request_duration_seconds_bucket"; allowed: a metric\'s name of letters, digits, underscores and colons, first no digit, last no _bucket',
    ],
    [
      { metrics: { statusLabel: "status code" } },
      'service.metrics.statusLabel is "status code"; allowed: a label\'s name of letters, digits and underscores, first no digit and not two underscores',
    ],
    [{ protocol: "grpc" }, /^service\.protocol is "grpc", and no such field is known; /],
    [{ image: "podinfo" }, /^service\.image is "podinfo", and no such field is known; allowed: port, /],
    [9898, /^service is "9898"; allowed: an object of port, /],
  ])("%j is refused", (service, problem) => {
    expect(refused(service)).toEqual([typeof problem === "string" ? problem : expect.stringMatching(problem)]);
  });

  test("all that is wrong with it is said at once", () => {
    const problems = refused({
      port: 0,
      environment: { "A B": "x", C: null },
      user: 0,
      resources: { limits: { cpu: "x" } },
    });
    expect(problems.map((problem) => problem.split(/ is /)[0])).toEqual([
      "service.port",
      "service.environment.A B",
      "service.environment.C",
      "service.resources.limits.cpu",
      "service.user",
    ]);
  });
});

describe("whatever is written there", () => {
  test("is taken, or refused by sentences that name the place", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...Object.keys(versionedEcho), "environment", "args"),
        (value, field) => {
          for (const problem of refused({ [field]: value })) expect(problem).toMatch(/^service\b/);
        },
      ),
    );
  });

  test("names of variables are what Kubernetes takes as one", () => {
    const name = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom("A", "z", "0", "_", "-", ".", "=", " ", "é"),
    });
    fc.assert(
      fc.property(name, (variable) => {
        const isName = [...variable].every((letter) => /[-._A-Za-z0-9]/.test(letter)) && !/^\d/.test(variable);
        const isFolder = variable === "." || variable.startsWith("..");
        expect(refused({ environment: { [variable]: "x" } })).toHaveLength(isName && !isFolder ? 0 : 1);
      }),
    );
  });

  test("a quantity of memory is a number of bytes, and a limit is held against it", () => {
    const units = {
      "": 1n,
      k: 1000n,
      M: 10n ** 6n,
      G: 10n ** 9n,
      Ki: 1024n,
      Mi: 1024n ** 2n,
      Gi: 1024n ** 3n,
      e3: 1000n,
    };
    const quantity = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(...Object.keys(units)));
    const bytesOf = ([count, unit]: readonly [number, string]) => BigInt(count) * units[unit as keyof typeof units];
    fc.assert(
      fc.property(quantity, quantity, (request, limit) => {
        const resources = { requests: { memory: request.join("") }, limits: { memory: limit.join("") } };
        expect(refused({ resources })).toHaveLength(bytesOf(limit) < bytesOf(request) ? 1 : 0);
      }),
    );
  });
});
