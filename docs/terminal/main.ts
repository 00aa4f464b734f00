import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { userEnvironment } from "../../test/e2e/support/command.ts";
import { backToStart, mustBeUp } from "../../test/e2e/support/configure.ts";
import { canaryctl, canaryctlFile, requireLab } from "../../test/e2e/support/lab.ts";
import { editConfig, keepConfig } from "../../test/e2e/support/stack-config.ts";
import { startSteadyLoad } from "../../test/e2e/support/traffic.ts";
import { framesOf } from "./frames.ts";
import { Recording } from "./record.ts";
import { renderTerminal } from "./render.ts";

const size = { columns: 110, rows: 26 };

/** A command of canaryctl as a user types it; it is run without the half second that `npx` adds. */
const typed = (...words: readonly string[]) => ({
  shown: ["npx canaryctl", ...words].join(" "),
  command: [canaryctlFile, ...words].map(quoted).join(" "),
});

/** The README's film: `up`, a move, and a canary whose errors the judge sends back, on the lab that is up. */
async function record(): Promise<Recording> {
  const recording = new Recording(size);
  const environment = userEnvironment();
  await recording.run(typed("up"), environment);
  await recording.run(typed("set-traffic", "80", "20"), environment);
  const load = await startSteadyLoad({ rate: 100 });
  await recording.run(typed("faults", "canary", "--error-rate", "0.3"), environment);
  await recording.run(typed("promote", "--judge"), environment);
  await load.stop();
  await recording.run(typed("status"), environment);
  return recording;
}

await requireLab();
const restore = keepConfig();
try {
  await backToStart();
  editConfig({ plan: { weights: [20, 50], bake: "5s" } });
  await mustBeUp();
  const { events } = await record();
  const words = {
    title: "A canary that is worse goes back by itself",
    description:
      "canaryctl up shows the lab; set-traffic 80 20 gives the canary a fifth of the requests; faults breaks it; promote --judge counts its errors, and rolls it back; status shows all traffic on the stable side.",
  };
  writeFileSync(join(repositoryRoot, "docs/terminal.svg"), renderTerminal(await framesOf(events, size), size, words));
} finally {
  await canaryctl("rollback");
  await canaryctl("faults", "canary", "--none");
  await backToStart();
  restore();
}
