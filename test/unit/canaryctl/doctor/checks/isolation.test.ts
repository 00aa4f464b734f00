import { describe, expect, test } from "@jest/globals";
import type { ClusterFacts, NamespaceFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { podSecurityLabels } from "../../../../../components/isolation/pod-security.ts";
import { factsOf, finding, ids, wholeLab } from "../recorded.ts";

const isolated = (cluster: Partial<ClusterFacts> = {}, isolation: object = {}) =>
  factsOf({ config: { isolation: JSON.stringify({ mode: "enforce", ...isolation }) }, cluster });

const labelled = (labels: Readonly<Record<string, string>>): Partial<ClusterFacts> => {
  const live = wholeLab.namespace as NamespaceFacts;
  return { namespace: { ...live, labels: { ...live.labels, ...labels } } };
};

test.each([
  [true, ["warning network-policy/unenforced"]],
  [false, []],
])(
  "a request that no policy allows and that is answered (%p) says whether policies are enforced",
  (isAnswered, found) => {
    const forbidden = { from: "client", to: "echo", url: "http://10.0.0.1:15021/healthz/ready", isAnswered };
    const facts = isolated({ ...labelled(podSecurityLabels(true)), forbidden });
    expect(ids(facts)).toEqual(found);
    if (isAnswered)
      expect(finding(facts, "network-policy/unenforced")?.evidence).toEqual([
        "pod client got an answer of http://10.0.0.1:15021/healthz/ready, pod echo, which no policy allows",
      ]);
  },
);

describe("Pod Security", () => {
  test("is told of where it is not enforced, with what the namespace says, and is no warning", () => {
    const facts = isolated(labelled(podSecurityLabels(false)));
    expect(ids(facts)).toEqual(["info pod-security/canary-lab"]);
    expect(finding(facts, "pod-security/canary-lab")).toMatchObject({
      what: expect.stringContaining("Istio's init container"),
      evidence: [
        "labels of namespace canary-lab: pod-security.kubernetes.io/audit=restricted, pod-security.kubernetes.io/warn=restricted",
      ],
    });
  });

  test("is not told of where it is enforced, or where nobody asks for it", () => {
    expect(ids(isolated(labelled(podSecurityLabels(true))))).toEqual([]);
    expect(ids(factsOf())).toEqual([]);
  });
});
