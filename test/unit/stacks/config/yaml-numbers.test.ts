import { describe, expect, test } from "@jest/globals";
import { ambiguityError, ambiguousValues } from "../../../../stacks/config/yaml-numbers.ts";

const found = (written: string) => ambiguousValues(`config:\n  canary-lab:canaryWeight: ${written}\n`);

describe("ambiguousValues", () => {
  // What Pulumi 3.250 makes of each was tried with `pulumi config get`, beside the yaml package.
  test.each([
    ["010", ["10", "8"]],
    ["-010", ["-10", "-8"]],
    ["0777", ["777", "511"]],
    ["089", ["89"]],
    ["00", ["0"]],
    ["1_0", ["1_0", "10"]],
    ["1_0.5", ["1_0.5", "10.5"]],
    ["0x0a", ["10"]],
    ["0o12", ["10"]],
    ["0O7", ["0O7", "7"]],
    ["0b11", ["0b11", "3"]],
    ["1:30", ["1:30"]],
    ["2026-01-01", ["2026-01-01"]],
    ["1e400", ["Infinity", "1e400"]],
    ["12345678901234567890", ["12345678901234567000"]],
  ])("finds %s, with what it may mean", (written, readings) => {
    expect(found(written)).toEqual([{ key: "canary-lab:canaryWeight", isWhole: true, line: 2, written, readings }]);
  });

  test.each([
    "10",
    "0",
    "-1",
    "12.5",
    "0.01",
    "1e3",
    '"010"',
    "'1_0'",
    "!!str 010",
    "yes",
    "on",
    "true",
    "~",
    '""',
    "_1",
    "10m",
    "90-70-50-0",
    "20-pause-30-60s",
    "25%",
    "versioned-echo:v1",
    "registry:5000/a",
    "v1.0_2",
  ])("leaves %s alone, which both read the same", (written) => {
    expect(found(written)).toEqual([]);
  });

  test("looks into objects and lists, and nowhere else", () => {
    const text =
      "encryptionsalt: 010\nconfig:\n  010: 5\n  objective: { errorRate: 0.01, minimumRequests: 0100 }\n  plan:\n    weights: [10, 030]\n";
    expect(ambiguousValues(text).map(({ key, isWhole, line, written }) => [key, isWhole, line, written])).toEqual([
      ["objective", false, 4, "0100"],
      ["plan", false, 6, "030"],
    ]);
  });
});

test("the error names place and spelling, and what to run", () => {
  const text = "config:\n  canary-lab:canaryWeight: 010\n  replicas: 0x2\n  plan: { bake: 1:30 }\n";
  const { message, next } = ambiguityError(ambiguousValues(text), "Pulumi.dev.yaml");
  expect(message).toContain(
    'canary-lab:canaryWeight is written 010 in line 2, which YAML readers read differently; allowed: "10" or "8", in quotes',
  );
  expect(next).toBe(
    "npx canaryctl config set canaryWeight 10 && npx canaryctl config set replicas 2 && npx canaryctl config rm plan",
  );
});
