import { expect, test } from "@jest/globals";
import { renderRunTime, upReport } from "../../../../canaryctl/src/commands/up-report.ts";
import type { ConfigChanges, Lab } from "../../../../canaryctl/src/lab.ts";
import type { TargetName } from "../../../../cluster/target.ts";
import { fakeLab } from "../fake-lab.ts";

const report = (lab: Lab, gatewayPort: number | null): string =>
  upReport(lab, [{ lab, result: "header" }], gatewayPort, { seconds: 12, stages: [] }).join("\n");

const reportOf = (strategy: string, canaryEnabled = false, target: TargetName = "embedded"): string => {
  const { lab } = fakeLab({ configWeight: 0, changes: { strategy, canaryEnabled } });
  return report({ ...lab, environment: { ...lab.environment, target } }, 30_080);
};

test("the report of up names the commands that move this strategy's release", () => {
  expect(reportOf("istio", true)).toMatch(/set-traffic 70 30/);
  expect(reportOf("rollout-blue-green")).toMatch(/create-canary[\s\S]*promote[\s\S]*abort/);
  expect(reportOf("rolling-update")).toMatch(/canaryctl undo/);
  expect(reportOf("rolling-update")).not.toMatch(/set-traffic|through the ingress gateway/);
});

test("without a canary it names the command that makes one, and none that would be refused", () => {
  expect(reportOf("istio")).toMatch(/npx canaryctl create-canary --image versioned-echo:v2 /);
  expect(reportOf("istio")).not.toMatch(/canaryctl (set-traffic|promote)/);
});

test.each(["rollout-canary", "rolling-update"])(
  "it names the user's own image where that is released: %s",
  (strategy) => {
    const canaryImage = "ghcr.io/stefanprodan/podinfo:6.9.2";
    const { lab } = fakeLab({ changes: { strategy, canaryImage } });
    const printed = report(lab, null);
    expect(printed).toContain(`npx canaryctl create-canary --image ${canaryImage}\n`);
  },
);

test("each gateway is named with the port that it has", () => {
  expect(reportOf("istio")).toMatch(/curl .*127\.0\.0\.1:30080\/\n +through the ingress gateway$/m);
  expect(reportOf("gateway-api")).toMatch(/get service versioned-echo-gateway-istio .*nodePort/);
  expect(reportOf("istio", false, "kind")).toMatch(/curl .*127\.0\.0\.1:30080\/\n +through the ingress gateway$/m);
});

test.each(["kind", "existing"] as const)(
  "an own gateway on %s has no port of this machine: it is forwarded",
  (target) => {
    expect(reportOf("gateway-api", false, target)).toMatch(
      /kubectl -n \S+ port-forward service\/versioned-echo-gateway-istio 8080:80\n.*curl -H 'Host: \S+' http:\/\/127\.0\.0\.1:8080\//,
    );
    expect(reportOf("gateway-api", false, target)).not.toContain("nodePort");
  },
);

test.each(["embedded", "kind", "existing"] as const)(
  "one way to the ingress gateway is printed everywhere: %s",
  (target) => {
    expect(reportOf("istio", true, target)).toMatch(
      /eval "\$\(npx canaryctl env\)" && kubectl -n istio-ingress port-forward service\/istio-ingress 8080:80\n.*http:\/\/127\.0\.0\.1:8080\//,
    );
  },
);

test("no node of a cluster of the user's own is said to answer here, and a gateway is named where its name is known", () => {
  const reportOn = (changes: ConfigChanges) => {
    const { lab } = fakeLab({ changes: { platform: "existing", ...changes } });
    const environment = { ...lab.environment, target: "existing" as const };
    return report({ ...lab, environment }, 30_080);
  };
  expect(reportOn({ ingressGateway: "gateways/public" })).toContain(
    "kubectl -n gateways port-forward service/public 8080:80",
  );
  expect(reportOn({})).not.toMatch(/port-forward|30080/);
});

test("where a header decides, nothing is counted, and it says how to ask", () => {
  expect(reportOf("nginx-header")).toMatch(/not counted.*X-Canary: v2/);
});

test("the time of a run names its longest stages, the longest first", () => {
  const stages = [12.34, 3, 75, 1].map((seconds, i) => ({ stage: `stage ${i}`, seconds }));
  expect(renderRunTime({ seconds: 91.5, stages })).toBe(
    "It took 1 min 32 s, of which stage 2 1 min 15 s, stage 0 12.3 s, stage 1 3.0 s.",
  );
  expect(renderRunTime({ seconds: 3.8, stages: [] })).toBe("It took 3.8 s.");
});

test("what a command is for stands beside it, or below one that a terminal could not have with it in a line", () => {
  const lines = reportOf("istio", true).split("\n");
  const begin = lines.indexOf("Where to look next");
  expect(lines.slice(begin + 1, begin + 4)).toEqual([
    "  npx canaryctl status             weights, pods, and who owns the route",
    "  npx canaryctl set-traffic 70 30  move the traffic",
    "  npx canaryctl promote            the next share of the plan; --full finishes the release",
  ]);
  expect(lines.slice(-3)).toEqual([
    "  curl -H 'Host: versioned-echo.canary-lab.test' http://127.0.0.1:30080/",
    "                                   through the ingress gateway",
    "  npx canaryctl down               take it all down",
  ]);
});
