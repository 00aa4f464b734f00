import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { reportedVersion } from "../../components/image/render-built-image.ts";

/** Another image that is about to take the place of the canary's. */
interface ImageChange {
  readonly present: string;
  readonly next: string;
  /** The share, in percent, that the canary has by the live route, and that the config gives it. */
  readonly live: number;
  readonly configured: number;
  /** The stack's file, for the message. */
  readonly file: string;
}

/**
 * A canary that has a share of the traffic may get other pods, and no other image: users would meet that one before its first stage.
 * The one judge of canaryctl and of the program.
 */
export function untestedImage({ present, next, live, configured, file }: ImageChange): UserError | undefined {
  const share = live > 0 ? live : configured;
  if (present === next || share === 0) return undefined;
  const give = live > 0 ? `The canary ${present} has` : "The config gives the canary";
  // Any other image may be mistyped: nothing has looked for it yet, and the canary that runs would be given up for it.
  const isBuiltHere = reportedVersion(next) !== undefined;
  const begin = isBuiltHere ? [`npx canaryctl create-canary --image ${quoted(next)}`] : [];
  const commands = [...(live === 100 ? ["npx canaryctl promote --full"] : []), "npx canaryctl rollback"];
  return new UserError(`${give} ${Number(share.toFixed(1))} % of the traffic, which ${next} would get untested.`, {
    place: live > 0 ? "the live route" : `canaryWeight in ${file}`,
    allowed: `${present}, or any image while the canary has 0 %`,
    ...(!isBuiltHere && { first: `make sure that the cluster can pull ${next}` }),
    next: commands.map((command) => [command, ...begin].join(" && ")),
  });
}
