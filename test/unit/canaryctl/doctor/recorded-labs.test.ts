import { describe, expect, test } from "@jest/globals";
import type { Facts } from "../../../../canaryctl/src/doctor/facts.ts";
import { diagnose } from "../../../../canaryctl/src/doctor/table.ts";
import { broken, factsOf } from "./recorded.ts";

/** What is found, as `severity id`. */
const ids = (facts: Facts): readonly string[] => diagnose(facts).map(({ id, severity }) => `${severity} ${id}`);
const finding = (facts: Facts, id: string) => diagnose(facts).find((one) => one.id === id);

/** Has the ReplicaSet make its pods again: it would try after a pause that grows with each refusal. */
const retryOf = (hash: string): string =>
  `kubectl -n canary-lab annotate replicaset versioned-echo-v2-${hash} --overwrite canary-lab/retried=$(date +%s)`;

test("of a lab that is well there is nothing to say", () => {
  expect(diagnose(factsOf())).toEqual([]);
});

describe("what was recorded of labs that were broken", () => {
  test.each<[failure: string, found: readonly string[], mend: string]>([
    ["no-destination-rule", ["error absent/DestinationRule/versioned-echo", "error answers"], "npx canaryctl up"],
    ["no-virtual-service", ["error absent/VirtualService/versioned-echo-virtualservice"], "npx canaryctl up"],
    ["moved-by-hand", ["error route-drift"], "npx canaryctl up"],
    ["header-route-lost", ["error header-route/targeted", "warning foreign-writer/weights"], "npx canaryctl up"],
    ["scaled", ["error replicas/versioned-echo-v1"], "npx canaryctl up"],
    [
      "second-owners",
      [
        "error rival/VirtualService/team-b/other",
        "error rival/DestinationRule/canary-lab/other",
        "error replicas/versioned-echo-v1",
      ],
      "kubectl -n team-b delete virtualservice other",
    ],
    [
      "quota",
      [
        "error quota/versioned-echo-v2",
        "warning not-ready/versioned-echo-v2",
        "warning replicas/versioned-echo-v2",
        "info foreign-writer/versioned-echo-v1",
      ],
      [
        `kubectl -n canary-lab patch resourcequota tight --type merge -p '{"spec":{"hard":{"pods":"9"}}}'`,
        "kubectl -n canary-lab wait resourcequota/tight --for=jsonpath='{.status.hard.pods}'=9",
        retryOf("676bd4b4bf"),
      ].join(" && "),
    ],
    [
      "pod-security",
      ["error pod-security/versioned-echo-v2", "error subset/v2", "error answers"],
      `kubectl label namespace canary-lab pod-security.kubernetes.io/enforce=privileged --overwrite && ${retryOf("676bd4b4bf")}`,
    ],
    ["bad-image", ["error image/versioned-echo-v2"], "npx canaryctl rollback && npx canaryctl delete-canary"],
    ["caller", ["warning sidecar-missing/caller"], "kubectl -n canary-lab delete pod caller"],
    [
      "network-policy",
      ["warning network-policy/ingress", "warning network-policy/egress"],
      "kubectl -n canary-lab delete networkpolicy deny-all",
    ],
    ["no-control-plane", ["error not-ready/istiod"], "kubectl -n istio-system scale deployment/istiod --replicas=1"],
    [
      "not-ready",
      ["error subset/v2", "error answers", "warning not-ready/versioned-echo-v2"],
      "npx canaryctl rollback",
    ],
  ])("%s", (failure, found, mend) => {
    expect(ids(broken(failure))).toEqual(found);
    expect(diagnose(broken(failure))[0]?.mend[0]).toBe(mend);
  });

  test("say what was seen: who moved the weights, and what the API server said", () => {
    expect(finding(broken("moved-by-hand"), "route-drift")?.evidence).toEqual([
      "VirtualService canary-lab/versioned-echo-virtualservice: 50/50 (stable/canary), the config: 90/10",
      "written by kubectl-patch at 2026-11-26T23:27:49Z",
    ]);
    expect(finding(broken("quota"), "quota/versioned-echo-v2")?.evidence[0]).toContain("exceeded quota: tight");
    expect(finding(broken("bad-image"), "image/versioned-echo-v2")?.evidence[1]).toContain("connection refused");
    expect(finding(broken("not-ready"), "not-ready/versioned-echo-v2")?.evidence[1]).toContain("statuscode: 503");
  });
});
