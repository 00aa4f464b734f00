import { createProgress, type Stages } from "@canary-lab/kit/progress";
import { inLab } from "../../cluster/lab-folder.ts";

/** Runs a command's work with progress on standard error; what is printed afterwards stands below it. */
export async function withProgress(work: (progress: Stages) => Promise<void>): Promise<void> {
  const progress = createProgress({ durations: inLab("durations.json") });
  try {
    await work(progress);
  } finally {
    progress.close();
  }
}
