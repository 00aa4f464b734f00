import { describe, expect, test } from "@jest/globals";
import { parseSettings } from "../src/settings.ts";

describe("settings", () => {
  test("need the version alone", () => {
    expect(parseSettings({ APP_VERSION: "v1" })).toEqual({
      version: "v1",
      host: "0.0.0.0",
      port: 8080,
      drainDelayMilliseconds: 3000,
      crashAfterMilliseconds: undefined,
      faults: { errorRate: 0, latencyMilliseconds: 0, ready: true, crash: false },
    });
  });

  test("take the faults to start with", () => {
    const environment = {
      APP_VERSION: "v2",
      PORT: "9090",
      ERROR_RATE: "0.3",
      LATENCY_MS: "250",
      NOT_READY: "true",
      CRASH_AFTER_MS: "5000",
      DRAIN_DELAY_MS: "0",
    };
    expect(parseSettings(environment)).toEqual({
      version: "v2",
      host: "0.0.0.0",
      port: 9090,
      drainDelayMilliseconds: 0,
      crashAfterMilliseconds: 5000,
      faults: { errorRate: 0.3, latencyMilliseconds: 250, ready: false, crash: false },
    });
  });

  test("that are empty count as absent", () => {
    const environment = { APP_VERSION: "v1", PORT: "", ERROR_RATE: "", NOT_READY: "", HOST: "" };
    expect(parseSettings(environment)).toEqual(parseSettings({ APP_VERSION: "v1" }));
  });

  test.each([undefined, "", " v1", "v1 ", "-v1", "v1.", "v 1", 'v"1', "v1\n", "é", "a".repeat(64)])(
    "refuse the version %j",
    (version) => {
      expect(() => parseSettings({ APP_VERSION: version })).toThrow(
        /^APP_VERSION (is not set|is ").*: allowed are 1 to 63/,
      );
    },
  );

  test.each(["v1", "2", "v2.1.0-rc_1", "a".repeat(63)])("accept the version %j, a label value", (version) => {
    expect(parseSettings({ APP_VERSION: version }).version).toBe(version);
  });

  test("that are bad are all named at once", () => {
    const environment = {
      PORT: "65536",
      ERROR_RATE: "30%",
      LATENCY_MS: "1.5",
      NOT_READY: "yes",
      CRASH_AFTER_MS: "0",
      DRAIN_DELAY_MS: " 5",
    };
    const lines = [
      "APP_VERSION is not set: allowed are",
      'NOT_READY is "yes": allowed are true and false',
      'PORT is "65536": allowed is a whole number from 0 to 65535',
      'DRAIN_DELAY_MS is " 5": allowed is a whole number from 0 to 20000',
      'CRASH_AFTER_MS is "0": allowed is a whole number from 1 to 3600000',
      'ERROR_RATE is "30%": allowed is a number from 0 to 1',
      'LATENCY_MS is "1.5": allowed is a whole number from 0 to 60000',
    ];
    for (const line of lines) expect(() => parseSettings(environment)).toThrow(line);
  });
});
