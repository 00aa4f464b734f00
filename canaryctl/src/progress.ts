import { type Stages, withProgress as withKitProgress } from "@canary-lab/kit/progress";
import { inLab } from "../../cluster/lab-folder.ts";
import { forLog } from "./print.ts";

/** Runs a command's work with progress on standard error; durations are kept with the lab. */
export const withProgress = (work: (progress: Stages) => Promise<void>): Promise<void> =>
  withKitProgress({ durations: inLab("durations.json"), rewrite: forLog }, work);
