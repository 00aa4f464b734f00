import { UserError } from "@canary-lab/kit/user-error";
import { reportedVersion } from "../../../components/image/render-built-image.ts";
import { healing } from "../../../stacks/live/ways-to-serve.ts";
import { withService } from "../../../stacks/service-commands.ts";
import type { Lab } from "../lab.ts";
import { untoldText } from "./report.ts";
import type { SplitVerdict } from "./verdict.ts";

/** Why a measured split is not as wanted, and what goes on from there; undefined where it is. */
export function splitFault(verdict: SplitVerdict, lab: Pick<Lab, "config" | "stackFile">): UserError | undefined {
  if (verdict.isAsWanted) return undefined;
  const { config } = lab;
  const { service } = lab.stackFile;
  const { failed, sent, untold, sides } = verdict;
  const of = service === undefined ? "" : ` of service ${service}`;
  const pods = `kubectl -n ${config.namespace} get pods`;
  const faultOf = (message: string, ...commands: readonly string[]) =>
    new UserError(message, { next: [...commands.map((command) => withService(command, service)), pods] });
  if (failed > 0)
    return faultOf(`${failed} of ${sent} requests${of} failed: ${whoseText(verdict)}.`, ...waysOut(verdict, config));
  const why = untoldText(
    untold,
    sides.map(({ version }) => version),
  );
  const message = untold > 0 ? `The split${of} is not known: ${why}.` : `The split seen${of} is not the one wanted.`;
  return faultOf(message, "npx canaryctl status --traffic 1000");
}

/** A canary that fails gives its traffic back; what fails on purpose can be healed. */
function waysOut({ sides }: SplitVerdict, config: Lab["config"]): readonly string[] {
  const failing = sides.filter((side) => side.failed > 0).map(({ side }) => side);
  const own = failing.filter((side) => reportedVersion(config[`${side}Image`]) !== undefined);
  return [failing.includes("canary") ? "npx canaryctl rollback" : "npx canaryctl doctor", ...own.map(healing)];
}

/** Whose the requests are that failed. A proxy that tries again counts more failures than its caller gets: then the numbers are left out. */
function whoseText({ sides, failed }: SplitVerdict): string {
  const failing = sides.filter((side) => side.failed > 0);
  if (failing.length === 0) return "they reached no version";
  const sum = failing.reduce((total, side) => total + side.failed, 0);
  return failing.map((side) => `${sum === failed ? `${side.failed} of ` : "those of "}${side.version}`).join(", ");
}
