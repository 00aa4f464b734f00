import { UserError } from "@canary-lab/kit/user-error";
import { reportedVersion } from "../../../components/image/render-built-image.ts";
import { withService } from "../../../stacks/service-commands.ts";
import type { Lab } from "../lab.ts";
import { untoldText } from "./report.ts";
import type { SplitVerdict } from "./verdict.ts";

/** Why a measured split is not as wanted, and what goes on from there; undefined where it is. */
export function splitFault(verdict: SplitVerdict, lab: Pick<Lab, "config" | "stackFile">): UserError | undefined {
  if (verdict.isAsWanted) return undefined;
  const { stackFile, config } = lab;
  const own = (command: string) => withService(`npx canaryctl ${command}`, stackFile.service);
  const pods = `kubectl -n ${config.namespace} get pods`;
  const of = stackFile.service === undefined ? "" : ` of service ${stackFile.service}`;
  const { failed, sent, untold, sides } = verdict;
  if (failed > 0) {
    const failing = sides.filter((side) => side.failed > 0);
    const healed = failing.filter(({ side }) => reportedVersion(config[`${side}Image`]) !== undefined);
    return new UserError(`${failed} of ${sent} requests${of} failed: ${whoseText(verdict)}.`, {
      next: [
        ...(failing.some(({ side }) => side === "canary") ? [own("rollback")] : [own("doctor")]),
        ...healed.map(({ side }) => own(`faults ${side} --none`)),
        pods,
      ],
    });
  }
  const next = [own("status --traffic 1000"), pods];
  const versions = sides.map(({ version }) => version);
  if (untold > 0) return new UserError(`The split${of} is not known: ${untoldText(untold, versions)}.`, { next });
  return new UserError(`The split seen${of} is not the one wanted.`, { next });
}

/** Whose the requests are that failed. A proxy that tries again counts more failures than its caller gets: then the numbers are left out. */
function whoseText({ sides, failed }: SplitVerdict): string {
  const failing = sides.filter((side) => side.failed > 0);
  if (failing.length === 0) return "they reached no version";
  const sum = failing.reduce((total, side) => total + side.failed, 0);
  return failing.map((side) => `${sum === failed ? `${side.failed} of ` : "those of "}${side.version}`).join(", ");
}
