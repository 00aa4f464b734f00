import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { changeDefaults, stampChart } from "../../src/charts/edits.ts";

describe("stampChart", () => {
  const source =
    "apiVersion: v2\nname: base\n# never shipped\nversion: 1.0.0\nappVersion: 1.0.0\nsources:\n  - https://a\n";

  test("sets both versions and nothing else", () => {
    expect(stampChart(source, "1.29.1")).toBe(source.replaceAll("1.0.0", "1.29.1"));
  });

  test("writes a version that looks like a number as the text that it is", () => {
    expect(parse(stampChart(source, "1.30"))).toMatchObject({ version: "1.30", appVersion: "1.30" });
  });
});

describe("changeDefaults", () => {
  const source = [
    "# how defaults work",
    "_internal_defaults_do_not_set:",
    "  env: {}",
    "  telemetry:",
    "    enabled: true # filters",
    "    v2:",
    "      enabled: true",
    "  global:",
    "    hub: gcr.io/istio-testing",
    "",
  ].join("\n");
  const changed = changeDefaults(source, [
    { path: ["global", "hub"], value: "docker.io/istio" },
    { path: ["telemetry", "enabled"], value: false },
    { path: ["env", "PILOT_ENABLE_ALPN_FILTER"], value: "false" },
  ]);

  test("changes defaults below the charts' common key, where a user's values go over them", () => {
    expect(parse(changed)).toEqual({
      _internal_defaults_do_not_set: {
        env: { PILOT_ENABLE_ALPN_FILTER: "false" },
        telemetry: { enabled: false, v2: { enabled: true } },
        global: { hub: "docker.io/istio" },
      },
    });
  });

  test("keeps what the chart's authors explain", () => {
    expect(changed).toContain("# how defaults work");
    expect(changed).toContain("enabled: false # filters");
  });

  test("fails where the chart no longer has the place", () => {
    expect(() => changeDefaults(source, [{ path: ["proxy", "image"], value: "x" }])).toThrow(
      "The chart's values.yaml has no _internal_defaults_do_not_set.proxy",
    );
  });
});
