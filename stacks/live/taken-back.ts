import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { configMapPath } from "../../cluster/kube/paths.ts";
import { historyName, rolledBackAnnotation } from "../../components/names.ts";
import type { AskedNow } from "../config/asked-now.ts";
import type { LabConfig } from "../config/schema.ts";
import { markVariable } from "./mark-variable.ts";

/** What an update is about to give the canary: a share of the traffic in percent, or, where the config says no share, itself. */
export type Gift = { readonly share: number } | "canary";

/** Why an update must not give that any more: it was taken back since the update began. Undefined where it may. */
export type TakenBack = (gift: Gift) => Promise<UserError | undefined>;

/** What is known when the command begins, and where to look again. */
interface Sources {
  readonly client: Pick<ClusterClient, "get">;
  readonly config: Pick<LabConfig, "app" | "namespace">;
  /** The mark of the last rollback before; undefined where it could not be read, and says nothing then. */
  readonly markBefore: Mark | undefined;
  readonly fileNow: () => Promise<AskedNow>;
  /** The file's name. */
  readonly file: string;
}

/**
 * The engine reads the config once, when its command begins, and may wait for pods, or for a person, before it writes the route. A rollback
 * waits for nobody: it lowers the stack's file, which an update in the same folder sees, and leaves a mark in the cluster, which one on
 * another machine sees as well.
 */
export const takenBackBy =
  ({ client, config, markBefore, fileNow, file }: Sources): TakenBack =>
  async (gift) => {
    const [asked, rolledBack] = await Promise.all([fileNow(), rolledBackSince(client, config, markBefore)]);
    return lowered(gift, asked, file) ?? rolledBack;
  };

/** The error of a command that a rollback has overtaken; undefined where there was none since. @param markBefore as in {@link Sources} */
export async function rolledBackSince(
  client: Sources["client"],
  config: Sources["config"],
  markBefore: Mark | undefined,
): Promise<UserError | undefined> {
  const mark = await rollbackMark(client, config);
  const isNew = markBefore !== undefined && mark?.text !== undefined && mark.text !== markBefore.text;
  return isNew ? rolledBack(config, mark.text) : undefined;
}

function lowered(gift: Gift, { canaryWeight, canaryEnabled }: AskedNow, file: string): UserError | undefined {
  if (gift === "canary") {
    if (canaryEnabled !== false) return undefined;
    return new UserError(`This update began with a canary, and ${file} asks for none now.`, {
      place: `canaryEnabled in ${file}`,
      ...afterRollback,
    });
  }
  if (canaryWeight === undefined || canaryWeight >= gift.share) return undefined;
  return new UserError(
    `This update began with ${gift.share} % for the canary, and ${file} asks for ${canaryWeight} % now.`,
    {
      place: `canaryWeight in ${file}`,
      allowed: `at most ${canaryWeight} %, where --config-file names another file, too`,
      ...afterRollback,
    },
  );
}

const rolledBack = ({ app, namespace }: Sources["config"], mark: string): UserError =>
  new UserError("The canary's traffic has been sent back by a rollback since this command began.", {
    place: `annotation ${rolledBackAnnotation} of configmap ${namespace}/${historyName(app)}: ${mark}`,
    ...afterRollback,
  });

/** What a user does next whose update was overtaken by a rollback. */
export const afterRollback = {
  first: "see that the config says what you want now: a rollback takes the canary's share out of it",
  next: ["npx canaryctl status", "npx canaryctl up"],
} as const;

/**
 * The mark before the command that runs this program, by what canaryctl says, else by what is there now. A plain `pulumi up` runs the
 * program a second time when its preview is confirmed: a mark that is younger than the command was not there before it, and a rollback
 * within the second before it counts as well. Config that is raised after a rollback is applied by a command that is younger than the mark.
 *
 * @param began when the command was started, as `commandStart` says it
 */
export async function markBefore(
  client: Pick<ClusterClient, "get">,
  of: Sources["config"],
  began: () => Promise<number | undefined>,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Mark | undefined> {
  const told = variables[markVariable];
  if (told !== undefined) return { text: told === "" ? undefined : told };
  const mark = await rollbackMark(client, of);
  if (mark?.writtenAt === undefined) return mark;
  const start = await began();
  return start !== undefined && mark.writtenAt + 1000 > start ? { text: undefined } : mark;
}

/** What is known of rollbacks; without a text there has been none. */
export interface Mark {
  readonly text: string | undefined;
  /** By the API server's clock, in Unix milliseconds, rounded down to a second. */
  readonly writtenAt?: number;
}

interface Marked {
  readonly metadata?: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly {
      readonly time?: string;
      readonly fieldsV1?: { readonly "f:metadata"?: { readonly "f:annotations"?: Readonly<Record<string, object>> } };
    }[];
  };
}

/** The mark that the last rollback left; undefined where it may not be read. */
export async function rollbackMark(
  client: Pick<ClusterClient, "get">,
  { app, namespace }: Sources["config"],
): Promise<Mark | undefined> {
  try {
    const { metadata = {} } = (await client.get<Marked>(configMapPath(namespace, historyName(app)))) ?? {};
    const text = metadata.annotations?.[rolledBackAnnotation];
    const owner = metadata.managedFields?.find(
      ({ fieldsV1 }) => fieldsV1?.["f:metadata"]?.["f:annotations"]?.[`f:${rolledBackAnnotation}`],
    );
    return { text, ...(owner?.time !== undefined && { writtenAt: Date.parse(owner.time) }) };
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
