import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../json.ts";

/** Test data of this package: the cases, and the charts and manifests that they deploy. */
export const dataFolder = join(import.meta.dirname, "../../../conformance");

/** A resource of a step. Its type is a token, such as `kubernetes:core/v1:ConfigMap`. */
export interface StepResource {
  readonly name: string;
  readonly type: string;
  readonly props: JsonObject;
  /** Resource options; those that name resources do so by their name in the step. */
  readonly options?: JsonObject;
  /** The id of an object that is only read. */
  readonly get?: string;
}

/** One operation of the engine. */
export interface Step {
  readonly op: "up" | "preview" | "refresh" | "destroy" | "up+up";
  readonly name?: string;
  /** The whole program; absent: that of the step before. */
  readonly resources?: readonly StepResource[];
  /** Shell commands that are run first, as another user of the cluster would. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Which kubeconfig the user has. */
  readonly kubeconfigEnv?: "closedPort" | "unparsable";
  /** Seconds after which the user interrupts it. */
  readonly abortAfter?: number;
}

/** What one step did to one resource. */
export interface Operation {
  readonly r: string;
  readonly op: string;
  readonly replaceKeys?: readonly string[];
  /** The kind of change by path. */
  readonly diff?: Readonly<Record<string, string>>;
}

export interface Observed {
  readonly step: string;
  readonly op: string;
  readonly result: "ok" | "error";
  /** Wall time on the machine that recorded it: an order of magnitude. */
  readonly seconds?: number;
  /** How many resources each operation touched. */
  readonly changes?: Readonly<Record<string, number>>;
  readonly events: readonly Operation[];
  /** The objects in the cluster afterwards, without their managers; `absent` where there is none. */
  readonly live?: Readonly<Record<string, JsonObject | string>>;
  /** Not compared: wording may differ. */
  readonly diagnostics?: readonly { readonly r?: string; readonly severity: string; readonly message: string }[];
}

/** What the real plugin did in one case. */
export interface Recording {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** Shell commands for what the case leaves behind on purpose. */
  readonly cleanup?: readonly string[];
  /** Steps whose outcome depends on timing with the real plugin, too. */
  readonly unstableSteps?: readonly string[];
  readonly observed: readonly Observed[];
}

/** The names of all recorded cases. */
export const caseIds = (): string[] =>
  readdirSync(join(dataFolder, "cases"))
    .map((file) => file.replace(/\.json$/, ""))
    .sort();

export const readRecording = (id: string): Recording =>
  JSON.parse(readFileSync(join(dataFolder, "cases", `${id}.json`), "utf8"));

const secondsOf = ({ observed }: Pick<Recording, "observed">): number =>
  observed.reduce((sum, { seconds = 0 }) => sum + seconds, 0);

/** Cases in the order to start them in, side by side: were the longest the last one, it would end up running alone. */
export const longestFirst = <Case extends Pick<Recording, "observed">>(recordings: readonly Case[]): Case[] =>
  [...recordings].sort((one, other) => secondsOf(other) - secondsOf(one));
