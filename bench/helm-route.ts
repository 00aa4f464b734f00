import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../test/e2e/support/command.ts";
import { kubectl, labShell, namespace, route } from "../test/e2e/support/lab.ts";

/** A chart of the route alone, as who moves traffic by `helm upgrade --set` has one. */
export interface RouteChart {
  /** Gives the seconds. */
  upgrade(canary: number): Promise<number>;
  /** Also gives the route back to whoever had it. */
  remove(): Promise<void>;
}

const release = "bench-route";

/** Helm takes over the route that stands: it wants its own label and annotations on it. */
export async function installRouteChart(): Promise<RouteChart> {
  const folder = mkdtempSync(join(tmpdir(), "helm-route-"));
  const env = await labShell();
  const live = JSON.parse(await kubectl("get", "virtualservice", route, "-n", namespace, "-o", "json"));
  mkdirSync(join(folder, "templates"));
  writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: route\nversion: 1.0.0\n");
  writeFileSync(join(folder, "values.yaml"), "canary: 10\n");
  const { apiVersion, kind, spec } = live;
  const [first, ...others] = spec.http;
  const weighted = first.route.map((one: object, side: number) => ({
    ...one,
    weight: side === 0 ? "STABLE" : "CANARY",
  }));
  const object = {
    apiVersion,
    kind,
    metadata: { name: route, namespace },
    spec: { ...spec, http: [{ ...first, route: weighted }, ...others] },
  };
  const template = JSON.stringify(object, null, 2)
    .replace('"STABLE"', "{{ sub 100 (int .Values.canary) }}")
    .replace('"CANARY"', "{{ int .Values.canary }}");
  writeFileSync(join(folder, "templates", "route.yaml"), template);
  const helm = (...args: readonly string[]) => mustRun("helm", [...args, "-n", namespace], { env, quiet: true });
  await helm("install", release, folder, "--take-ownership", "--set", "canary=10");
  return {
    upgrade: async (canary) =>
      (await helm("upgrade", release, folder, "--take-ownership", "--set", `canary=${canary}`)).seconds,
    remove: async () => {
      // Its record alone: `helm uninstall` would take the route away.
      await kubectl("delete", "secrets", "-n", namespace, "-l", `owner=helm,name=${release}`);
      await kubectl(
        "label",
        "virtualservice",
        route,
        "app.kubernetes.io/managed-by=pulumi",
        "--overwrite",
        "-n",
        namespace,
      );
      const notes = ["meta.helm.sh/release-name-", "meta.helm.sh/release-namespace-"];
      await kubectl("annotate", "virtualservice", route, ...notes, "-n", namespace);
      rmSync(folder, { recursive: true });
    },
  };
}
