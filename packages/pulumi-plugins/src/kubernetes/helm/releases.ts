import { isAbsolute } from "node:path";
import { isObject, type JsonObject, objectAt, textAt } from "../../json.ts";
import { hasUnknown, markSecrets, plain, secret, unknown } from "../../values.ts";
import { PartialFailure } from "../api/errors.ts";
import { proposedName } from "../objects/naming.ts";
import { parseId } from "../objects/objects.ts";
import { decodeYaml } from "../objects/yaml.ts";
import type { CheckRequest } from "../operations/check.ts";
import type { CreateRequest, Outcome } from "../operations/create.ts";
import type { Difference, DiffRequest } from "../operations/diff.ts";
import type { ReadOutcome, ReadRequest } from "../operations/read.ts";
import type { DeleteRequest } from "../operations/remove.ts";
import type { UpdateRequest } from "../operations/update.ts";
import { dropsUnreachable, reachable, type Session } from "../session.ts";
import type { CheckFailure } from "../settings.ts";
import { chartArguments, helm, installArguments, uninstallArguments, upgradeArguments } from "./command.ts";
import { releaseProblems, tellProgress } from "./health.ts";
import { completeRelease, diffRelease, localChart, mergeValues, type Release, resourceNames } from "./release.ts";
import { releaseHistory, type StoredRelease } from "./storage.ts";

export const releaseType = "kubernetes:helm.sh/v3:Release";

const repositoryOf = (release: Release) => objectAt(release, "repositoryOpts");
const sameSource = (left: JsonObject, right: JsonObject): boolean =>
  ["chart", "version"].every((key) => left[key] === right[key]) &&
  textAt(left, "repositoryOpts", "repo") === textAt(right, "repositoryOpts", "repo");

/** Settles which version of the chart it is. Throws when the chart cannot be had. */
async function resolveVersion(session: Session, release: Release, old: JsonObject): Promise<string> {
  if (!textAt(repositoryOf(release), "repo")) {
    const local = localChart(release.chart);
    if (local) return local.version;
    if (isAbsolute(release.chart) && !release.chart.endsWith(".tgz"))
      throw new Error(`path "${release.chart}" not found`);
  }
  if (/^\d+\.\d+\.\d+[^\s]*$/.test(release.version) && sameSource(release, old)) return release.version; // asked before
  const repository = repositoryOf(release);
  const shown = await helm(session, ["show", "chart", ...chartArguments(release)], repository && { repository });
  if (!shown.succeeded) throw new Error(shown.failure);
  return textAt(decodeYaml(shown.output)[0], "version");
}

export async function checkRelease(
  session: Session,
  { urn, olds, news }: CheckRequest,
): Promise<{ inputs: JsonObject; failures: CheckFailure[] }> {
  const [wanted, old] = [plain(news), plain(olds)];
  wanted.name ||= textAt(old, "name") || proposedName(urn, 0);
  wanted.namespace ||= session.namespace;
  const release = completeRelease(wanted);
  const failures: CheckFailure[] = [];
  let version = release.version;
  if (!hasUnknown(wanted)) {
    try {
      version = await resolveVersion(session, release, old);
    } catch (error) {
      const reason = `${error instanceof Error ? error.message : error}; check the chart name and repository configuration.`;
      failures.push({ property: "chart", reason });
    }
  }
  return { inputs: markSecrets({ ...release, version }, news), failures };
}

export function diffReleases({ olds, news }: DiffRequest): Difference {
  const { __inputs, ...state } = plain(olds);
  return diffRelease(state, isObject(__inputs) ? __inputs : {}, plain(news));
}

/** The state of a release. What is secret in the inputs is secret in it, and the last inputs are as a whole. */
function stateOf(release: Release, stored: StoredRelease | undefined, inputs: JsonObject): JsonObject {
  const state: JsonObject = { ...release };
  if (stored) {
    state.values = mergeValues(release.values, stored.values);
    state.version = textAt(stored.chart, "version");
    state.resourceNames = resourceNames(decodeYaml(stored.manifest));
    state.status = {
      appVersion: textAt(stored.chart, "appVersion"),
      chart: textAt(stored.chart, "name"),
      name: release.name,
      namespace: release.namespace,
      revision: stored.revision,
      status: stored.status,
      version: textAt(stored.chart, "version"),
    };
  } else Object.assign(state, { resourceNames: unknown, status: unknown });
  return { ...markSecrets(state, inputs), __inputs: secret(inputs) };
}

type Verb = "install" | "upgrade";

/**
 * Undoes what an interrupted run left: Helm refuses a release that is pending, and to install over one that never was deployed.
 * One that is in order is left alone.
 */
async function cleanUp(
  session: Session,
  urn: string,
  verb: Verb,
  release: Release,
  history: readonly StoredRelease[],
): Promise<boolean> {
  const status = history[0]?.status;
  if (!status) return false;
  const wasDeployed = history.some((one) => one.status === "deployed" || one.status === "superseded");
  const isUnborn =
    status === "pending-install" ||
    status === "uninstalling" ||
    (status === "failed" && !wasDeployed && verb === "install");
  if (!isUnborn && !(status.startsWith("pending-") && verb === "upgrade")) return false;
  const undo = isUnborn ? uninstallArguments(release) : ["rollback", release.name, "--namespace", release.namespace];
  session.engine.info(urn, `release ${release.name} was left ${status} by an interrupted run: helm ${undo[0]} first`);
  const undone = await helm(session, undo);
  if (!undone.succeeded)
    throw new Error(`release ${release.name} is ${status} and could not be undone: ${undone.failure}`);
  return true;
}

/** Installs or upgrades. What Helm recorded but could not bring in order is a partial failure; what it did not record, an error. */
async function apply(session: Session, urn: string, properties: JsonObject, verb: Verb): Promise<Outcome> {
  const { cluster } = session;
  if (!cluster)
    throw new Error(
      `can't ${verb === "install" ? "create" : "update"} Helm Release with unreachable cluster: ${session.unreachable}`,
    );
  const release = plain(properties) as Release;
  const { name, namespace } = release;
  const history = () => releaseHistory(cluster, namespace, name);
  let before = await history();
  if (await cleanUp(session, urn, verb, release, before)) before = await history();
  const isInstall = before.length === 0 || (verb === "install" && !session.settings.upsert);
  const repository = repositoryOf(release);
  const task = `helm ${isInstall ? "install" : "upgrade"} ${name}`;
  session.engine.status(urn, task);
  const silence = tellProgress(cluster, namespace, name, (text) => session.engine.status(urn, `${task}: ${text}`));
  const done = await helm(session, isInstall ? installArguments(release) : upgradeArguments(release), {
    input: JSON.stringify(release.values),
    ...(repository && { repository }),
  }).finally(silence);
  session.engine.status(urn, "");
  await cluster.discover(); // a chart may bring kinds of its own
  const [stored] = await history();
  const id = `${namespace}/${name}`;
  if (done.succeeded && stored) return { id, properties: stateOf(release, stored, properties) };
  if (!stored || stored.revision <= (before[0]?.revision ?? 0)) throw new Error(done.failure);
  if (isInstall) {
    session.engine.warning(
      urn,
      `Helm release "${name}" was created but has a failed status. Use the \`helm\` command to investigate the error, correct it, then retry. Reason: ${done.failure}`,
    );
  }
  const message =
    `Helm release "${id}" ${isInstall ? "was created, but " : ""}failed to initialize completely. Use Helm CLI to investigate: ` +
    `failed to become available within allocated timeout. Error: Helm Release ${id}: ${done.failure}`;
  const reasons = stored.status === "failed" ? await releaseProblems(cluster, namespace, stored.manifest) : [];
  throw new PartialFailure(message, { id, state: stateOf(release, stored, properties), reasons });
}

export async function createRelease(session: Session, { urn, properties, preview }: CreateRequest): Promise<Outcome> {
  if (preview) return { id: "", properties: stateOf(plain(properties) as Release, undefined, properties) };
  return apply(session, urn, properties, "install");
}

export async function updateRelease(session: Session, { urn, news, preview }: UpdateRequest): Promise<Outcome> {
  if (preview) return { id: "", properties: stateOf(plain(news) as Release, undefined, news) };
  return apply(session, urn, news, "upgrade");
}

/** Reads a release out of Helm's storage. What was changed in its objects behind Helm's back is not seen. */
export async function readRelease(
  session: Session,
  { id, urn, properties, inputs }: ReadRequest,
): Promise<ReadOutcome> {
  if (!session.cluster) {
    if (session.settings.skipUnreachable) return { id, properties, inputs };
    await dropsUnreachable(session, urn, "failed to read resource state due to unreachable cluster");
    return { id: "", properties: {}, inputs: {} };
  }
  const { name, namespace } = parseId(id);
  const [stored] = await releaseHistory(reachable(session), namespace || session.namespace, name);
  if (!stored) return { id: "", properties: {}, inputs: {} };
  const known = Object.keys(inputs).length > 0;
  const named: JsonObject = known
    ? inputs
    : completeRelease({
        name,
        namespace: namespace || session.namespace,
        chart: textAt(stored.chart, "name"),
        version: textAt(stored.chart, "version"),
        values: stored.values,
      });
  return { id, properties: stateOf(plain(named) as Release, stored, named), inputs: named };
}

export async function removeRelease(session: Session, { urn, properties }: DeleteRequest): Promise<void> {
  if (!session.cluster) {
    if (session.settings.deleteUnreachable) return void (await dropsUnreachable(session, urn, ""));
    throw new Error(`can't delete Helm Release with unreachable cluster. Reason: "${session.unreachable}"`);
  }
  const removed = await helm(session, uninstallArguments(plain(properties) as Release));
  if (!removed.succeeded) throw new Error(removed.failure);
}
