import { UserError } from "@canary-lab/kit/user-error";
import { expect } from "@jest/globals";
import { parseConfig, type RawConfig } from "../../../../stacks/config/parse-config.ts";
import { defaults } from "../sample-config.ts";

/** The problems that the defaults are refused for with this change. */
export function problemsOf(change: RawConfig, environment = {}): string[] {
  try {
    parseConfig({ ...defaults, ...change }, environment, "Pulumi.dev.yaml");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.place).toBe("Pulumi.dev.yaml");
    expect(error.next).toMatch(/^(unset|npx canaryctl (--app \S+ )?config (set|rm|get)) \w/);
    return error.message.split("\n  - ").slice(1);
  }
  return [];
}
