import { ApiError, UnreachableError } from "@canary-lab/kit/kube/client";
import type { ProbeAnswer } from "@canary-lab/kit/probe";
import type { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { noToken } from "../../../../canaryctl/src/ui/server.ts";
import { throughGateway } from "../../../../canaryctl/src/ui/through-gateway.ts";

const place = {
  app: "versioned-echo",
  namespace: "canary-lab",
  ingressLabels: { istio: "ingress" },
  address: "198.18.0.1",
  host: "versioned-echo.canary-lab.localhost",
  port: 30080,
};
const page: ProbeAnswer = { status: 401, body: `${noToken}\n` };
const notFound: ProbeAnswer = { status: 404, body: "" };
const kinds = ["endpointslices", "services", "gateways", "virtualservices"];
const made = kinds.map((kind) => `apply ${kind}/versioned-echo-ui`);
const gone = kinds.map((kind) => `delete ${kind}/versioned-echo-ui`);

interface Course {
  /** What the gateway answers, look by look; the last one from then on. */
  readonly answers?: readonly (ProbeAnswer | undefined)[];
  readonly onApply?: (kind: string) => void;
  readonly onDelete?: (kind: string) => void;
  readonly signal?: AbortSignal;
  readonly onAsk?: () => void;
}

async function run({ answers = [notFound, notFound, page], onApply, onDelete, onAsk, ...more }: Course = {}) {
  const log: string[] = [];
  const asked: unknown[] = [];
  let seconds = 0;
  let look = 0;
  const nameOf = (path: string) => path.split("?")[0]?.split("/").slice(-2).join("/") ?? "";
  const fault = await throughGateway({
    place,
    port: 41234,
    signal: new AbortController().signal,
    ...more,
    cluster: {
      apply: async <T>(path: string, object: object, manager: string) => {
        log.push(`apply ${nameOf(path)}`);
        expect([path.includes("/namespaces/canary-lab/"), manager]).toEqual([true, "canary-lab"]);
        onApply?.(nameOf(path).split("/")[0] ?? "");
        return object as T;
      },
      delete: async (path) => {
        log.push(`delete ${nameOf(path)}`);
        onDelete?.(nameOf(path).split("/")[0] ?? "");
      },
    },
    serve: async () => void log.push("serve"),
    ask: async ({ url, headers }) => {
      asked.push({ url, headers });
      onAsk?.();
      return answers[Math.min(look++, answers.length - 1)];
    },
    clock: {
      now: () => seconds * 1000,
      sleep: async (milliseconds) => {
        seconds += milliseconds / 1000;
      },
    },
  }).then(
    () => undefined,
    (error: UserError) => error,
  );
  return { log, asked, fault, seconds };
}

test("makes the way, serves once the page itself answers, and takes the way back", async () => {
  const { log, asked, fault } = await run({
    answers: [notFound, notFound, { status: 503, body: "" }, undefined, page],
  });
  expect(fault).toBeUndefined();
  expect(log).toEqual([...made, "serve", ...gone]);
  expect(asked).toHaveLength(5);
  expect(new Set(asked.map((each) => JSON.stringify(each)))).toEqual(
    new Set([
      JSON.stringify({
        url: "http://127.0.0.1:30080/ui/",
        headers: { host: "versioned-echo.canary-lab.localhost:30080" },
      }),
    ]),
  );
});

test("leads nobody elsewhere who is served already, and takes over what a killed run has left", async () => {
  const { log, fault } = await run({ answers: [page] });
  expect(log).toEqual([]);
  expect(fault?.toText()).toMatch(/another server of the page already[\s\S]*localhost:30080\/ui\/[\s\S]*next: +npx/);
  const afterKill = await run({ answers: [{ status: 503, body: "no healthy upstream" }, page] });
  expect(afterKill.log).toEqual([...made, "serve", ...gone]);
});

test("an answer of somebody else's is not the page", async () => {
  const { fault, log } = await run({ answers: [{ status: 401, body: "log in" }] });
  expect(fault?.message).toMatch(/did not lead to the page within 30 s: it answers 401\./);
  expect(log).toEqual([...made, ...gone]);
});

test.each([
  [
    "nobody leads there",
    notFound,
    /^The gateway did not lead .*it answers 404/,
    ["npx canaryctl doctor", "npx canaryctl ui"],
  ],
  [
    "nobody answers",
    undefined,
    /^The gateway did not lead .*it gives no answer/,
    ["npx canaryctl doctor", "npx canaryctl ui"],
  ],
  [
    "a firewall is between",
    { status: 503, body: "" },
    /^The gateway did not reach .*503/,
    ["npx canaryctl ui", "npx canaryctl doctor"],
  ],
])("where %s it says so in time, and leaves nothing", async (_title, answer, cause, next) => {
  const { log, fault, seconds } = await run({ answers: [answer] });
  expect(log).toEqual([...made, ...gone]);
  expect(fault?.message).toMatch(cause);
  expect(fault?.next).toBe(next.join("\n"));
  expect(fault?.place).toBeDefined();
  expect(Math.round(seconds)).toBe(30);
});

describe("an interrupt", () => {
  test("while the gateway is waited for ends it, and takes the way back", async () => {
    const controller = new AbortController();
    let looks = 0;
    const onAsk = () => void (++looks === 3 && controller.abort());
    const { log, fault } = await run({ answers: [notFound], signal: controller.signal, onAsk });
    expect([fault, log]).toEqual([undefined, [...made, ...gone]]);
  });

  test("while the way is made leaves nothing of it", async () => {
    const controller = new AbortController();
    const { log, fault } = await run({ signal: controller.signal, onApply: () => controller.abort() });
    expect([fault, log]).toEqual([undefined, [made[0], gone[0]]]);
  });
});

describe("an API server that refuses", () => {
  const refuse = (kind: string, error: Error) => (asked: string) => {
    if (asked === kind) throw error;
  };

  test("is told with who may, and what was made before goes", async () => {
    const error = new ApiError(403, "endpointslices is forbidden", "PATCH /apis/discovery.k8s.io/v1");
    const { log, fault } = await run({ onApply: refuse("endpointslices", error) });
    expect(log).toEqual([made[0]]);
    expect(fault?.toText()).toMatch(
      /^error: This account may not .*endpointslices is forbidden\n +at: +PATCH .*\n +allowed: .*EndpointSlice, Service, Gateway, VirtualService in namespace canary-lab.*no account of the application's own.*\n +next: +npx canaryctl ui$/,
    );
    const later = await run({ onApply: refuse("gateways", error) });
    expect(later.log).toEqual([...made.slice(0, 3), ...gone.slice(0, 2)]);
  });

  test("for there is no such namespace is told with what makes it", async () => {
    const { fault } = await run({ onApply: refuse("endpointslices", new ApiError(404, "not found", "PATCH")) });
    expect(fault?.toText()).toMatch(
      /no application versioned-echo in namespace canary-lab\.\n +next: +npx canaryctl up$/,
    );
  });

  test("what was asked of one that gave no answer goes, too: it may be there", async () => {
    const error = new UnreachableError("The API server does not answer.");
    const { log, fault } = await run({ onApply: refuse("services", error) });
    expect([fault, log]).toEqual([error, [...made.slice(0, 2), ...gone.slice(0, 2)]]);
  });

  test("what could not be removed is told with the command that removes it, and the others go", async () => {
    const { log, fault } = await run({ onDelete: refuse("services", new UnreachableError("It is away.")) });
    expect(log).toEqual([...made, "serve", ...gone]);
    expect(fault?.toText()).toMatch(
      /could not be removed: It is away\.\n +at: +namespace canary-lab\n +next: +kubectl -n canary-lab delete .* -l app=versioned-echo-ui$/,
    );
  });
});
