import { describe, expect, test } from "@jest/globals";
import { type Finding, reaches, severities, withoutIgnored } from "../../../../canaryctl/src/doctor/finding.ts";
import { fixesOf } from "../../../../canaryctl/src/doctor/fix.ts";
import { diagnosisOf, diagnosisText, type Thresholds } from "../../../../canaryctl/src/doctor/report.ts";
import { runnable } from "../../../../canaryctl/src/runnable.ts";
import { fakeLab } from "../fake-lab.ts";

const finding = (id: string, severity: Finding["severity"], rest: Partial<Finding> = {}): Finding => ({
  id,
  severity,
  what: `${id} is wrong.`,
  evidence: ["seen here", "and there"],
  mend: ["npx canaryctl up"],
  ...rest,
});
const found = [finding("a/one", "error"), finding("b/two", "warning"), finding("b/three", "info")];

const diagnosis = (thresholds: Thresholds, findings = found, ignored = 0) =>
  diagnosisOf(fakeLab().lab, findings, thresholds, { fixed: [], ignored });

describe("the thresholds", () => {
  test("a severity reaches itself and those below, and none reaches never", () => {
    expect(severities.map((one) => severities.filter((other) => reaches(one, other)))).toEqual([
      ["error", "warning", "info"],
      ["warning", "info"],
      ["info"],
    ]);
    expect(severities.filter((one) => reaches(one, "never"))).toEqual([]);
  });

  test("what fails the command does not depend on what is shown", () => {
    const shown = severities.map((show) => diagnosis({ show, failOn: "warning" }, [finding("b/two", "warning")]));
    expect(shown.map(({ isWell }) => isWell)).toEqual([false, false, false]);
    expect(shown.map(({ findings }) => findings.length)).toEqual([0, 1, 1]);
    expect(diagnosis({ show: "info", failOn: "never" }).isWell).toBe(true);
    expect(diagnosis({ show: "info", failOn: "error" }, [finding("b/two", "warning")]).isWell).toBe(true);
  });
});

test("one finding is ignored by its id, a whole check by its name, and nothing by a part of a name", () => {
  const left = (...ignored: string[]) => withoutIgnored(found, ignored).map(({ id }) => id);
  expect(left("b/two")).toEqual(["a/one", "b/three"]);
  expect(left("b")).toEqual(["a/one"]);
  expect(left("b/t", "a/")).toEqual(["a/one", "b/two", "b/three"]);
});

describe("the text", () => {
  test("of a finding has what, where it was seen, and the command on a line of its own", () => {
    expect(diagnosisText(diagnosis({ show: "error", failOn: "error" }))).toEqual([
      "Stack dev: versioned-echo in namespace canary-lab",
      "",
      "error: a/one is wrong.",
      "  id:   a/one",
      "  seen: seen here",
      "        and there",
      "  mend: npx canaryctl up",
      "",
      expect.stringMatching(/^\d+ checks: 1 error; not shown: 1 warning, 1 info\.$/),
    ]);
  });

  test("says that all is well, and does not where an error is only not shown or a warning is there", () => {
    const last = (...args: Parameters<typeof diagnosis>) => diagnosisText(diagnosis(...args)).at(-1);
    expect(last({ show: "info", failOn: "error" }, [])).toMatch(
      /^All well: \d+ checks found no error and no warning\.$/,
    );
    expect(last({ show: "info", failOn: "error" }, [], 2)).toMatch(/^All well: .*; ignored: 2\.$/);
    expect(last({ show: "info", failOn: "error" }, [finding("b/two", "warning")])).not.toMatch(/All well/);
    expect(last({ show: "error", failOn: "error" }, [finding("b/two", "warning")])).not.toMatch(/All well/);
  });
});

test("a command brings the lab's programs along where the shell lacks them", () => {
  expect(runnable("npx canaryctl up", false)).toBe("npx canaryctl up");
  expect(runnable("kubectl get ns", true)).toBe("kubectl get ns");
  expect(runnable("kubectl get ns", false)).toBe('eval "$(npx canaryctl env)" && kubectl get ns');
});

test("fixes come once each, the label in front of the pods that need it", () => {
  const restart = { kind: "restart", workload: { kind: "Deployment", name: "v2" } } as const;
  const fixes = fixesOf([
    finding("a", "error", { fix: restart }),
    finding("b", "error", { fix: restart }),
    finding("c", "error", { fix: { kind: "up" } }),
    finding("d", "error", { fix: { kind: "label-namespace" } }),
    finding("e", "error"),
  ]);
  expect(fixes).toEqual([{ kind: "label-namespace" }, { kind: "up" }, restart]);
});

test("up is left to a person where it would give the canary more traffic than it has", () => {
  const up = finding("a", "error", { fix: { kind: "up" } });
  const label = finding("b", "error", { fix: { kind: "label-namespace" } });
  expect(fixesOf([up, label, finding("route-drift", "error", { isForPerson: true })])).toEqual([
    { kind: "label-namespace" },
  ]);
});
