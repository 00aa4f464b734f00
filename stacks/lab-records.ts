import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { labFolder } from "../cluster/lab-folder.ts";
import { type Environment, type TargetName, targetNames } from "../cluster/target.ts";
import { defaultStack } from "./stack-name.ts";

/** No cluster is known for a stack. */
export class NotUpError extends UserError {
  override readonly kind = "not-up";
}

export const notUp = (): NotUpError => new NotUpError("The lab is not up.", { next: "npx canaryctl up" });

/** A cluster, as the stack that is in it remembers it. */
export interface KnownCluster {
  /** Of namespace kube-system: it is made once, and no two clusters share it. */
  readonly uid: string;
  readonly kubeContext: string;
}

/** What `.lab/` keeps of one stack, from its first `up` until it is removed. */
interface StackRecord {
  /** The way to a cluster of the user's own; absent for a stack in the cluster that the lab made. */
  readonly environment?: Environment;
  /** The cluster that its state is about. */
  readonly cluster?: KnownCluster;
}

/** What `.lab/` keeps of all stacks, and of the cluster that the lab made. */
export interface LabRecords {
  /** Undefined where the lab has made no cluster. */
  readonly own: Environment | undefined;
  readonly stacks: Readonly<Record<string, StackRecord>>;
}

const files = {
  own: "environment.json",
  stacks: "stacks",
  target: "target",
  /** Of an earlier version: the clusters of all stacks. */
  clusters: "clusters.json",
} as const;

/** As an earlier version wrote it: one cluster, and the stacks that are in it. */
type EarlierEnvironment = Environment & { readonly stacks?: readonly string[] };

/** Reads them as they are, those of an earlier version too; nothing is written. */
export function readRecords(folder = labFolder): LabRecords {
  const environment = readJson<EarlierEnvironment>(join(folder, files.own));
  const clusters = readJson<Record<string, KnownCluster>>(join(folder, files.clusters)) ?? {};
  const names = recordNames(folder);
  const stacks = Object.fromEntries(
    names.map((stack) => [stack, readJson<StackRecord>(recordFile(folder, stack)) ?? {}]),
  );
  return withEarlier({ own: environment, stacks }, clusters);
}

/** What is noted of a stack. It may be called `constructor`, as a property of each object is. */
export const recordOf = ({ stacks }: Pick<LabRecords, "stacks">, stack: string): StackRecord | undefined =>
  Object.hasOwn(stacks, stack) ? stacks[stack] : undefined;

/** Puts what an earlier version noted into the form of today. A record of today's goes before it. */
function withEarlier(
  { own: environment, stacks }: { readonly own: EarlierEnvironment | undefined; readonly stacks: LabRecords["stacks"] },
  clusters: Readonly<Record<string, KnownCluster>>,
): LabRecords {
  if (!environment) return { own: undefined, stacks };
  const { stacks: noted, ...way } = environment;
  const isOwn = way.target !== "existing";
  const names = [...new Set([...(noted ?? []), ...Object.keys(clusters)])];
  // The first versions noted no stack. A cluster of the user's own is then the default one's, or no command would find it.
  const known = names.length > 0 || isOwn ? names : [defaultStack];
  const earlier = known.map((stack): [string, StackRecord] => [
    stack,
    { ...(!isOwn && { environment: way }), ...(clusters[stack] && { cluster: clusters[stack] }) },
  ]);
  return { own: isOwn ? way : undefined, stacks: { ...Object.fromEntries(earlier), ...stacks } };
}

/** The way to the cluster that a stack is in; undefined where none is noted for it. */
export function recordedEnvironment(
  stack: string,
  { own, stacks }: LabRecords = readRecords(),
): Environment | undefined {
  const record = recordOf({ stacks }, stack);
  return record && (record.environment ?? own);
}

/** Whether two ways lead to one cluster. */
export const isSameWay = (one: Environment, other: Environment): boolean =>
  one.kubeconfig === other.kubeconfig && one.kubeContext === other.kubeContext;

/** The clusters to which ways lead, each once. */
export const distinctWays = (ways: readonly Environment[]): readonly Environment[] =>
  ways.filter((way, index) => ways.findIndex((other) => isSameWay(way, other)) === index);

/** The stacks that are noted to be in a cluster. */
export const stacksIn = (environment: Environment, records: LabRecords): readonly string[] =>
  Object.keys(records.stacks).filter((stack) => {
    const way = recordedEnvironment(stack, records);
    return way !== undefined && isSameWay(way, environment);
  });

/** Notes that a stack is being put into a cluster. */
export function noteStack(stack: string, environment: Environment, folder = labFolder): void {
  const records = readRecords(folder);
  const { cluster } = recordOf(records, stack) ?? {};
  const isOwn = environment.target !== "existing";
  const record: StackRecord = { ...(!isOwn && { environment }), ...(cluster && { cluster }) };
  write({ own: isOwn ? environment : records.own, stacks: { ...records.stacks, [stack]: record } }, folder);
}

/** Notes which cluster a stack's state is about. */
export function noteCluster(stack: string, cluster: KnownCluster, folder = labFolder): void {
  const records = readRecords(folder);
  write({ ...records, stacks: { ...records.stacks, [stack]: { ...recordOf(records, stack), cluster } } }, folder);
}

/** Forgets stacks that are removed; the clusters stay. */
export function forgetStacks(names: readonly string[], folder = labFolder): void {
  const records = readRecords(folder);
  const kept = Object.entries(records.stacks).filter(([stack]) => !names.includes(stack));
  write({ ...records, stacks: Object.fromEntries(kept) }, folder);
}

/** Forgets the cluster that the lab made, and the stacks that were in it. */
export function forgetOwnCluster(folder = labFolder): void {
  const { stacks } = readRecords(folder);
  const elsewhere = Object.entries(stacks).filter(([, { environment }]) => environment !== undefined);
  write({ own: undefined, stacks: Object.fromEntries(elsewhere) }, folder);
  rmSync(join(folder, files.target), { force: true });
}

/** The records first, then what an earlier version noted of them: a run that is killed in between loses nothing. */
function write({ own, stacks }: LabRecords, folder: string): void {
  for (const [stack, record] of Object.entries(stacks)) writeJson(recordFile(folder, stack), record);
  for (const stack of recordNames(folder)) if (!stacks[stack]) rmSync(recordFile(folder, stack), { force: true });
  if (own) writeJson(join(folder, files.own), own);
  else rmSync(join(folder, files.own), { force: true });
  rmSync(join(folder, files.clusters), { force: true });
}

const recordFile = (folder: string, stack: string): string => join(folder, files.stacks, `${stack}.json`);

function recordNames(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, files.stacks)).flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}

function readJson<T>(path: string): T | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** Only what changes is written: another command may be reading. */
function writeJson(path: string, value: object): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (readIfThere(path) !== text) writePrivateFile(path, text);
}

/**
 * Remembers which target cluster is being made, before anything of it is: `down` must find it even where `up` was killed. In a cluster of the
 * user's own nothing is made.
 */
export function noteTarget(target: TargetName, folder = labFolder): void {
  if (target !== "existing") writePrivateFile(join(folder, files.target), `${target}\n`);
}

/** The target cluster that an `up` began to make, and may not have ended. */
export function notedTarget(folder = labFolder): TargetName | undefined {
  const noted = readIfThere(join(folder, files.target))?.trim();
  return targetNames.find((name) => name === noted);
}
