import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { binomialInterval } from "../../canary/binomial.ts";
import { run, userEnvironment } from "./support/command.ts";
import {
  canaryctl,
  canaryctlFile,
  kubectl,
  liveWeight,
  namespace,
  pulumi,
  pulumiJson,
  requireLab,
  route,
} from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { configuredWeight } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

const readyReplicas = (version: string): Promise<string> =>
  kubectl(
    "get",
    "deployments",
    "-n",
    namespace,
    "-l",
    `app=versioned-echo,version=${version}`,
    "-o",
    "jsonpath={.items[*].status.readyReplicas}",
  );

const routeVersion = (): Promise<string> =>
  kubectl("get", "virtualservice", route, "-n", namespace, "-o", "jsonpath={.metadata.resourceVersion}");

beforeAll(async () => {
  await requireLab();
  expect((await canaryctl("set-traffic", "50", "50")).exitCode).toBe(0);
}, 90_000);

describe("what does not change the lab", () => {
  test("--help lists every command", async () => {
    const outcome = await run("npx", ["canaryctl", "--help"]);
    expect(outcome.exitCode).toBe(0);
    for (const command of [
      "up",
      "down",
      "preview",
      "status",
      "doctor",
      "history",
      "graph",
      "cost",
      "set-traffic",
      "rollback",
      "create-canary",
      "delete-canary",
      "env",
    ]) {
      expect(outcome.stdout).toMatch(new RegExp(`^\\s+${command}\\b`, "m"));
    }
  });

  test("status tells the weights, the pods of both versions, and who owns the route", async () => {
    const outcome = await canaryctl("status", "--traffic", "500");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toMatch(/weights wanted\s+50\/50/);
    expect(outcome.stdout).toMatch(/weights live\s+50\/50\s.*canary-lab/);
    expect(outcome.stdout).toMatch(/versioned-echo-v1\s+v1\s+2\/2/);
    expect(outcome.stdout).toMatch(/versioned-echo-v2\s+v2\s+2\/2/);
    expect(outcome.stdout).toMatch(/500 requests .*answered, 0 failed/);
  });

  test("status --json is for programs", async () => {
    const { stdout } = await canaryctl("status", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      weights: { config: { stable: 50, canary: 50 }, route: { stable: 50, canary: 50 } },
    });
  });

  test("graph draws the weights, both subsets and each pod, as Mermaid and as SVG", async () => {
    const names = await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo", "-o", "name");
    const pods = names.split("\n").map((name) => name.replace("pod/", ""));
    expect(pods).toHaveLength(4);
    const file = join(tmpdir(), `deployed-${process.pid}.svg`);
    const [text, picture] = await Promise.all([canaryctl("graph"), canaryctl("graph", "--output", file)]);
    const drawings = [text, { ...picture, stdout: readFileSync(file, "utf8") }] as const;
    rmSync(file);
    for (const { exitCode, stdout } of drawings) {
      expect(exitCode).toBe(0);
      for (const text of [route, "v1 of versioned-echo", "v2 of versioned-echo", ...pods])
        expect(stdout).toContain(text);
      expect(stdout).not.toMatch(/is not there|no pod/);
    }
    expect(drawings[0].stdout.match(/\b50 %/g)).toHaveLength(2);
    expect(drawings[1].stdout).toMatch(/^<svg .*<\/svg>\n?$/s);
  });

  test("load says who answers, and that is the weights", async () => {
    const { exitCode, stdout } = await canaryctl("load", "--rate", "100", "--for", "7s");
    expect(exitCode).toBe(0);
    const parts = stdout.split("\n").flatMap((line) => {
      const [, sent, stable, canary] = /(\d+) requests, 0 failed\S*.* v1 (\d+) \(.* v2 (\d+) \(/.exec(line) ?? [];
      return sent === undefined ? [] : [{ sent: Number(sent), stable: Number(stable), canary: Number(canary) }];
    });
    expect(parts).toHaveLength(2); // 5 s and 2 s
    for (const { sent, stable, canary } of parts) {
      expect(stable + canary).toBe(sent);
      const { lowest, highest } = binomialInterval({ trials: sent, probability: 0.5, confidence: 0.9999 });
      expect(canary).toBeGreaterThanOrEqual(lowest);
      expect(canary).toBeLessThanOrEqual(highest);
    }
  }, 30_000);

  test("cost adds up what the canary, the sidecars and istiod ask for", async () => {
    const { prices, parts, added } = JSON.parse((await canaryctl("cost", "--json")).stdout);
    const [{ perHour }] = parts.filter(({ part }: { readonly part: string }) => part === "canary");
    expect(parts).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ part: "canary", pods: 2, requests: { cpu: 0.04, memory: 128 * 2 ** 20 } }),
        expect.objectContaining({ part: "sidecars", pods: 5 }),
        expect.objectContaining({ part: "istiod", pods: 1 }),
      ]),
    );
    expect(perHour).toBeCloseTo(0.04 * prices.cpuHour + 0.125 * prices.gibHour, 9);
    expect(added.perHour).toBeGreaterThan(perHour);
    expect((await canaryctl("cost")).stdout).toMatch(/beside the stable side +\d/);
  });

  test("preview of what stands announces no change", async () => {
    const before = await routeVersion();
    const outcome = await canaryctl("preview");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).not.toMatch(/^\s*[~+-] \d+ to (update|create|delete|replace)/m);
    expect(await routeVersion()).toBe(before);
  });
});

describe("what is refused, and then changes nothing", () => {
  test.each([
    [
      ["set-traffic", "60", "60"],
      [/60/, /100/],
    ],
    [
      ["set-traffic", "101", "-1"],
      [/101|-1/, /100/],
    ],
    [["set-traffic", "87.5", "12.5"], [/12\.5|87\.5/]],
    [["set-traffic", "ninety", "ten"], [/ninety|ten/]],
    [["delete-canary"], [/traffic|weight/i, /50/]],
    [
      ["create-canary", "--image", "versioned-echo:v2", "--replicas", "-1"],
      [/replicas/, /-1/],
    ],
  ])("%j", async (args, causes) => {
    const before = await routeVersion();
    expect(refusalFault(await canaryctl(...args), ...causes)).toBeUndefined();
    expect(await routeVersion()).toBe(before);
    expect(configuredWeight()).toBe(50);
    expect(await readyReplicas("v2")).toBe("2");
  });

  test.each([[["set-traffic", "90"]], [["promotte"]], [["status", "--no-such-flag"]]])(
    "%j, with a failing exit code",
    async (args) => {
      expect((await canaryctl(...args)).exitCode).not.toBe(0);
    },
  );
});

test("a command is about the stack that --stack names, by its full name too, else about that of PULUMI_STACK", async () => {
  const env = { ...userEnvironment(), PULUMI_STACK: "stagging" };
  const named = await run(canaryctlFile, ["--stack", "organization/canary-lab/dev", "status", "--json"], { env });
  expect(JSON.parse(named.stdout)).toMatchObject({ weights: { config: { canary: 50 } } });
  const unnamed = await run(canaryctlFile, ["status"], { env });
  expect(refusalFault(unnamed, /no stack stagging/, /PULUMI_STACK/)).toBeUndefined();
}, 60_000);

test("without either it is about the one that pulumi stack select chose", async () => {
  const selected = "e2e-selected";
  expect((await pulumi("stack", "init", selected)).exitCode).toBe(0); // which selects it
  try {
    expect(refusalFault(await canaryctl("status"), /e2e-selected/)).toBeUndefined();
    const env = { ...userEnvironment(), PULUMI_STACK: "dev" };
    expect((await run(canaryctlFile, ["status"], { env })).exitCode).toBe(0);
    await pulumi("stack", "select", "dev");
    expect((await canaryctl("status")).exitCode).toBe(0);
  } finally {
    await pulumi("stack", "rm", selected, "--yes", "--force");
    await pulumi("stack", "select", "dev"); // rm forgets the selection, whatever it was
  }
}, 60_000);

// One story: these go on where the one above stopped.
describe("the way of a canary, from its rollback to its return", () => {
  test("rollback takes v2 out of the traffic", async () => {
    expect((await canaryctl("rollback", "--reason", "errors at checkout")).exitCode).toBe(0);
    expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
    expect(configuredWeight()).toBe(0);
  }, 90_000);

  test("rollback can be repeated", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(0);
  }, 60_000);

  test("delete-canary removes the v2 workload", async () => {
    expect((await canaryctl("delete-canary")).exitCode).toBe(0);
    expect(await readyReplicas("v2")).toBe("");
    expect(await readyReplicas("v1")).toBe("2");
  }, 120_000);

  test("set-traffic to a canary that is not there is refused", async () => {
    const before = await routeVersion();
    expect(refusalFault(await canaryctl("set-traffic", "90", "10"), /canary|v2/i, /create-canary/)).toBeUndefined();
    expect(await routeVersion()).toBe(before);
  }, 60_000);

  test("create-canary brings it back, without traffic", async () => {
    expect((await canaryctl("create-canary", "--image", "versioned-echo:v2", "--replicas", "2")).exitCode).toBe(0);
    expect(await readyReplicas("v2")).toBe("2");
    expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
  }, 180_000);

  test("set-traffic takes the route and the host by name", async () => {
    const outcome = await canaryctl("set-traffic", "90", "10", "--vs", route, "--host", "versioned-echo");
    expect(outcome.exitCode).toBe(0);
    expect(await liveWeight()).toBe(10);
  }, 60_000);

  test("history has all of it, the newest first, with the reason that was given; what was refused is not in it", async () => {
    const { stdout } = await canaryctl("history", "--json", "--last", "5");
    expect(JSON.parse(stdout)).toMatchObject([
      { command: `set-traffic 90 10 --vs ${route} --host versioned-echo`, to: { canaryWeight: "10" } },
      { command: "create-canary --image versioned-echo:v2 --replicas 2", to: { canaryEnabled: "true" } },
      { command: "delete-canary", from: { canaryEnabled: "true" }, to: { canaryEnabled: "false" } },
      // The one after it had nothing to send back.
      { command: "rollback", from: { canaryWeight: "50" }, to: { canaryWeight: "0" }, why: "errors at checkout" },
      { command: "set-traffic 50 50" },
    ]);
    const [update] = (await pulumiJson("stack", "history", "--json")) as readonly { readonly message: string }[];
    expect(update?.message).toMatch(/^canaryctl set-traffic 90 10/);
  }, 60_000);
});
