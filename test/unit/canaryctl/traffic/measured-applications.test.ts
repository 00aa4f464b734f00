import { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { upReport } from "../../../../canaryctl/src/commands/up-report.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { measureApplications, measuredFault } from "../../../../canaryctl/src/traffic/measured-applications.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { fakeLab, projectFolder } from "../fake-lab.ts";
import { type Answered, countedPods, counting } from "./counting-client.ts";

const measuring = { requests: 400, say: () => {} };

const text = `config:
  canary-lab:canaryWeight: "10"
  canary-lab:services:
    orders: { canaryWeight: 10 }
    billing: { canaryWeight: 10 }
    search: { canaryWeight: 10, strategy: nginx-header }
`;

/** A lab of the stack's own application or of one of its services, whose client counts `answered`, or cannot measure. */
function labOf(service: string | undefined, answered: Answered | UserError): Lab {
  const own = new StackFile("dev", projectFolder(text));
  const stackFile = service === undefined ? own : own.of(service);
  const config = parseConfig(stackFile.values());
  const { lab } = fakeLab({ configWeight: 10, objects: countedPods(config) });
  const client = async () => {
    if (answered instanceof UserError) throw answered;
    return counting([10], [answered], config);
  };
  return { ...lab, stackFile, config, client };
}

const asWanted = { v1: 362, v2: 38 };
const labs = [
  labOf(undefined, asWanted),
  labOf("orders", { v1: 200, v2: 200 }),
  labOf("billing", new UserError("Its client is not ready.", { next: "npx canaryctl doctor" })),
  labOf("search", asWanted),
] as const;

test("each service is measured, and one that is not as wanted is named with the command that goes on", async () => {
  const measured = await measureApplications(labs, configuredStrategy, measuring);
  const faults = measured.map((one) => measuredFault(one)?.toPlainText());
  expect(faults).toEqual([
    undefined,
    [
      "The split seen of service orders is not the one wanted.",
      "  next:    npx canaryctl --app orders status --traffic 1000",
      "  or:      kubectl -n canary-lab-orders get pods",
    ].join("\n"),
    "Service billing: Its client is not ready.\n  next:    npx canaryctl --app billing doctor",
    undefined,
  ]);
  const report = upReport(labs[0], measured, null, { seconds: 1, stages: [] }).join("\n");
  expect(report).toMatch(/^Traffic: 400 requests from a pod in the mesh answered, 0 failed$/m);
  expect(report).toMatch(/^Traffic of orders: 400 requests[^\n]*\n.*\n +v1 +90 % +50 % +200 .*NOT as wanted$/m);
  expect(report).toMatch(/^Traffic of billing: not measured$/m);
  expect(report).toMatch(/^Traffic of search: not counted, for a header decides: curl -H 'Host: search\./m);
  expect(report).toMatch(/^Service orders: istio, 90\/10 wanted\. Next: npx canaryctl --app orders status$/m);
});

test("they are measured side by side, in their order, and not all of many at once", async () => {
  const strategy = await configuredStrategy(labs[0]);
  const [begun, ends]: [string[], (() => void)[]] = [[], []];
  const many = Array.from({ length: 12 }, (_, index) => ({
    ...labs[0],
    config: { ...labs[0].config, app: `app-${index}` },
    client: () => Promise.reject(new UserError(`app-${index}`)),
  }));
  const all = measureApplications(
    many,
    async ({ config }) => {
      begun.push(config.app);
      await new Promise<void>((resolve) => ends.push(resolve));
      return strategy;
    },
    measuring,
  );
  expect(begun).toHaveLength(8);
  for (let next = ends.shift(); next; next = ends.shift()) {
    next();
    await new Promise(setImmediate);
  }
  expect((await all).map((one) => measuredFault(one)?.message)).toEqual(many.map(({ config }) => config.app));
});

test("what is no error of the user's ends it", async () => {
  const lab = { ...labs[0], client: () => Promise.reject(new TypeError("a defect")) };
  await expect(measureApplications([lab], configuredStrategy, measuring)).rejects.toThrow(TypeError);
});
