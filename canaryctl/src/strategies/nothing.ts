import { UserError } from "@canary-lab/kit/user-error";
import { deployedImage, readIfPossible } from "../deployed.ts";
import type { Lab } from "../lab.ts";

const start = "Nothing to ";

/** What a command says that has found all as it should be: no share, no image and no pod is another than before. */
export const nothingTo = (act: string, why: string): string => `${start}${act}: ${why}.`;

/** Whether it has moved nothing, by what it says: the history has no entry of it then. */
export const hasMoved = (said: string): boolean => !said.startsWith(start);

export const noCanaryToDelete = nothingTo("delete", "there is no canary");

/** Whether the stack's file has had that value before a command writes it; false where it says nothing that can be read. */
export function isInFile({ stackFile, fileFault }: Lab, key: "canaryWeight" | "canaryEnabled", value: string): boolean {
  if (fileFault !== undefined) return false;
  try {
    return String(stackFile.valuesOf([key])[key]) === value;
  } catch (error) {
    if (error instanceof UserError) return false; // which the command itself says, once the traffic is back
    throw error;
  }
}

/** Whether the file and the state said already that the one workload runs the stable image alone. */
export const isWrittenBack = (lab: Lab): boolean =>
  isInFile(lab, "canaryEnabled", "false") &&
  deployedImage(readIfPossible(lab.state), lab.stackFile) === lab.config.stableImage;
