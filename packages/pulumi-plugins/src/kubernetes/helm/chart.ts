import type { JsonObject } from "../../json.ts";
import { textAt } from "../../json.ts";
import type { KubeObject } from "../objects/objects.ts";
import { decodeYaml } from "../objects/yaml.ts";
import type { Session } from "../session.ts";
import { chartArguments, helm } from "./command.ts";
import { completeRelease } from "./release.ts";

/** The objects of a chart as `helm template` renders them, without its hooks. */
export async function renderChart(session: Session, args: JsonObject): Promise<KubeObject[]> {
  const release = completeRelease({ ...args, namespace: textAt(args, "namespace") || session.namespace });
  const rendered = await helm(
    session,
    [
      "template",
      release.name,
      ...chartArguments(release),
      "--namespace",
      release.namespace,
      "--no-hooks",
      ...(release.skipCrds ? [] : ["--include-crds"]),
      ...(release.dependencyUpdate ? ["--dependency-update"] : []),
      ...(session.cluster ? ["--dry-run=server"] : []),
      "--values",
      "-",
    ],
    { input: JSON.stringify(release.values) },
  );
  if (!rendered.succeeded) throw new Error(rendered.failure);
  return decodeYaml(rendered.output);
}
