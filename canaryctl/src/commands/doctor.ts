import type { Command } from "commander";
import { type DoctorOptions, examine } from "../doctor/examine.ts";
import { diagnosisText } from "../doctor/report.ts";
import { print, say } from "../print.ts";
import { optionsOf } from "./arguments.ts";

export async function run(command: Command): Promise<void> {
  const { json, ...options } = optionsOf<DoctorOptions & { readonly json?: boolean }>(command);
  const diagnosis = await examine(options, say);
  print(json ? [JSON.stringify(diagnosis, null, 2)] : diagnosisText(diagnosis));
  if (!diagnosis.isWell) process.exitCode = 1;
}
