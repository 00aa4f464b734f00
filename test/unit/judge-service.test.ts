import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { fromJSONSchema } from "zod";
import { buildApp } from "../../apps/judge/src/app.ts";
import { parameterDefaults, parameters } from "../../apps/judge/src/question.ts";
import { parseSettings } from "../../apps/judge/src/settings.ts";
import { listening, recorded } from "../../apps/judge/test/fake-prometheus.ts";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import type { SpecSchemas } from "../crds/definitions.ts";

const page = readFileSync(join(repositoryRoot, "docs/judge-service.md"), "utf8");

/** An object among the page's examples. */
function example(kind: string) {
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
  const found = blocks
    .flatMap((text) => parseAllDocuments(text, { strict: true }))
    .find((one) => one.get("kind") === kind);
  if (!found || found.errors.length > 0) throw new Error(`${kind}: ${found?.errors.join() ?? "not there"}`);
  return found.toJS();
}

/** The service beside a bad canary, beside a good one, and beside a Prometheus that is away. */
const verdicts = ["fail", "pass", "inconclusive"] as const;
type Known = (typeof verdicts)[number];
type Served = { app: ReturnType<typeof buildApp>; since: number; close: () => Promise<void> };
const services = new Map<Known, Served>();

beforeAll(async () => {
  const away = { since: 1, answer: recorded("good").answer };
  const sources = { fail: recorded("bad"), pass: recorded("good"), inconclusive: away };
  for (const verdict of verdicts) {
    const { since, answer } = sources[verdict];
    const { server, url } = await listening(verdict === "inconclusive" ? ({ socket }) => socket.destroy() : answer);
    const app = buildApp({ prometheus: url, defaults: { step: "2" }, timeoutMilliseconds: 20_000 });
    const close = async () => {
      await app.close();
      server.closeAllConnections();
      server.close();
    };
    services.set(verdict, { app, since, close });
  }
});
afterAll(async () => {
  for (const { close } of services.values()) await close();
});

function served(verdict: Known): Served {
  const found = services.get(verdict);
  if (!found) throw new Error(verdict);
  return found;
}

const pathOf = (url: string) => url.replace("http://judge.canary-lab", "");

describe("the AnalysisTemplate of docs/judge-service.md", () => {
  const { spec } = example("AnalysisTemplate");
  const [metric] = spec.metrics;

  test("is one, and a run without a verdict ends as inconclusive, not as a success", () => {
    const schemas: SpecSchemas = JSON.parse(readFileSync(join(repositoryRoot, "test/crds/definitions.json"), "utf8"));
    const schema = schemas["argoproj.io/v1alpha1 AnalysisTemplate"];
    expect(schema && fromJSONSchema(schema).safeParse(spec).error).toBeUndefined();
    expect(metric.inconclusiveLimit).toBeLessThan(metric.count);
  });

  test.each(verdicts)("tells %s apart from the others by its conditions", async (verdict) => {
    const { app, since } = served(verdict);
    const values: Readonly<Record<string, string>> = {
      namespace: "shop",
      app: "echo",
      stable: "v1",
      canary: "v2",
      since: String(since),
    };
    expect(spec.args.map(({ name }: { name: string }) => name)).toEqual(Object.keys(values));
    const { web } = metric.provider;
    const url = pathOf(web.url).replace(/{{args[.](\w+)}}/g, (_: string, name: string) => values[name] ?? "");
    const { statusCode, body } = await app.inject(url);
    expect(statusCode).toBe(200);
    expect(web).not.toHaveProperty("jsonPath"); // the result is the body
    // These expressions mean the same in JavaScript.
    const holds = (condition: string) => new Function("result", `return ${condition}`)(JSON.parse(body));
    expect([holds(metric.successCondition), holds(metric.failureCondition)]).toEqual([
      verdict === "pass",
      verdict === "fail",
    ]);
  });
});

describe("the Canary of docs/judge-service.md", () => {
  const { metadata, spec } = example("Canary");
  type Hook = { type: string; url: string; metadata: Readonly<Record<string, string>> };
  const hooks: readonly Hook[] = spec.analysis.webhooks;

  test("asks by two hooks that wait, and by none whose refusals are counted", () => {
    expect(hooks.map(({ type }) => type)).toEqual(["rollback", "confirm-promotion"]);
  });

  test.each(verdicts)("does what follows from %s", async (verdict) => {
    const { app, since } = served(verdict);
    const asked = { by: "destination_version", app: "echo", stable: "v1", canary: "v2", since: String(since) };
    const saysYes = async ({ url, metadata: given }: Hook) => {
      const payload = { ...metadata, namespace: "shop", phase: "Progressing", metadata: { ...given, ...asked } };
      const { statusCode } = await app.inject({ method: "POST", path: pathOf(url), payload });
      return statusCode >= 200 && statusCode <= 202; // as Flagger reads it
    };
    expect(await Promise.all(hooks.map(saysYes))).toEqual([verdict === "fail", verdict === "pass"]);
  });
});

test("the Deployment of docs/judge-service.md starts the service, as nobody and without a file to write", () => {
  const { template } = example("Deployment").spec;
  const [container] = template.spec.containers;
  const environment = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  expect(parseSettings(environment)).toMatchObject({ port: container.ports[0].containerPort });
  expect(parameterDefaults(environment)).toEqual({});
  expect(template.spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
  expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  expect(example("Service").spec).toMatchObject({ selector: template.metadata.labels, ports: [{ port: 80 }] });
});

test("docs/judge-service.md names each parameter, and no other", () => {
  const [, table = ""] = /\| parameter \|[^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page) ?? [];
  const names = table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(names.toSorted()).toEqual([...parameters].toSorted());
});
