import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseEnvironment } from "../../../canaryctl/src/lab-course/shell.ts";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { mustRun, type Outcome, run, start } from "./command.ts";

/** The command line, to be started where it is not awaited at once. */
export const canaryctlFile = join(repositoryRoot, "node_modules", ".bin", "canaryctl");

/** The namespace, the application and the route, as LAB users know them. */
export const namespace = "canary-lab";
export const route = "versioned-echo-virtualservice";

/** `npm run up`, as the README has it. A cold one builds every tool: 22 minutes are its promise, 30 its limit here. */
export const up = (): Promise<Outcome> => run("npm", ["run", "up"], { timeoutSeconds: 1800 });

export const down = (): Promise<Outcome> => run("npm", ["run", "down"], { timeoutSeconds: 180 });

/** One command of the CLI, without the half second that `npx` adds to each. */
export const canaryctl = (...args: readonly string[]): Promise<Outcome> =>
  run(canaryctlFile, args, { timeoutSeconds: 300 });

/** `canaryctl up` in a process group of its own, to be killed. Its pid is that of the front process. */
export const startUp = () => start(canaryctlFile, ["up"], { timeoutSeconds: 600 });

let shell: Promise<Record<string, string>> | undefined;

/**
 * The environment of a shell in which the user typed `eval "$(npx canaryctl env)"`: plain pulumi, kubectl and helm then speak to
 * the lab. Read once: a lab that is made anew in the same folder has the same one.
 */
export function labShell(): Promise<Record<string, string>> {
  shell ??= mustRun("bash", ["-ec", 'text="$("$0" env)"; eval "$text"; env -0', canaryctlFile], { quiet: true }).then(
    ({ stdout }) => parseEnvironment(stdout),
  );
  return shell;
}

export const pulumi = async (...args: readonly string[]): Promise<Outcome> =>
  run("pulumi", ["--non-interactive", ...args], { env: await labShell(), timeoutSeconds: 300 });

/** The standard output of a pulumi command that prints JSON. @throws Error where it fails */
export async function pulumiJson(...args: readonly string[]): Promise<unknown> {
  return JSON.parse(
    (await mustRun("pulumi", ["--non-interactive", ...args], { env: await labShell(), quiet: true })).stdout,
  );
}

/** kubectl's standard output; quiet, for it is asked again and again. @throws Error where kubectl fails */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("kubectl", args, { env: await labShell(), timeout: 60_000 });
  return stdout.trim();
}

/** Applies objects as kubectl does. @throws Error where it fails */
export async function applyObjects(...objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await mustRun("bash", ["-ec", `kubectl apply -f - <<< '${list}'`], { env: await labShell() });
}

/** The weight of v2 as the cluster holds it now, in percent. */
export const liveWeight = async (): Promise<number> => weightOf(await liveRoute());

/** The route as the cluster holds it now. */
export const liveRoute = async (): Promise<RouteObject> =>
  JSON.parse(await kubectl("get", "virtualservice", route, "-n", namespace, "-o", "json"));

/** Follows the live weight of v2 as it changes, within milliseconds; asking again and again would be too slow to catch a moment. */
export async function watchWeight(): Promise<{ latest(): number | undefined; stop(): void }> {
  const weighted = '.spec.http[?(@.name=="weighted")].route';
  const template = `jsonpath={${weighted}[?(@.destination.subset=="v2")].weight}{"\\n"}`;
  const args = ["get", "virtualservice", route, "-n", namespace, "--watch", "-o", template];
  const watch = spawn("kubectl", args, { env: await labShell(), stdio: ["ignore", "pipe", "ignore"] });
  let seen = "";
  watch.stdout.on("data", (chunk) => {
    seen += chunk;
  });
  const latest = () => {
    const last = seen.trimEnd().split("\n").at(-1);
    return last ? Number(last) : undefined;
  };
  return { latest, stop: () => void watch.kill("SIGKILL") };
}

interface RouteObject {
  readonly spec: {
    readonly http: readonly {
      readonly name?: string;
      readonly route: readonly { readonly destination: { readonly subset: string }; readonly weight?: number }[];
    }[];
  };
}

/** The place of the route that splits by weight; those before it are for requests that say where they want to go. */
const weightedRoute = ({ spec }: RouteObject): number => spec.http.findIndex(({ name }) => name === "weighted");

/** A JSON patch that moves a route to this weight of v2. */
export function weightPatch(virtualService: RouteObject, canary: number): string {
  const place = `/spec/http/${weightedRoute(virtualService)}/route`;
  return JSON.stringify(
    [100 - canary, canary].map((value, side) => ({ op: "replace", path: `${place}/${side}/weight`, value })),
  );
}

/** The weight of v2 in a VirtualService: a side that is not listed gets nothing, a single one without a weight gets everything. */
export function weightOf(virtualService: RouteObject): number {
  const sides = virtualService.spec.http[weightedRoute(virtualService)]?.route ?? [];
  const canary = sides.find(({ destination }) => destination.subset === "v2");
  if (!canary) return 0;
  return canary.weight ?? (sides.length === 1 ? 100 : 0);
}

interface Checkpoint {
  readonly deployment: {
    readonly resources?: readonly { readonly type: string }[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** The stack's state, through the engine: fails where the file is damaged. */
export async function exportState(): Promise<Checkpoint["deployment"]> {
  return ((await pulumiJson("stack", "export")) as Checkpoint).deployment;
}

/** Ends the file at once where there is no lab in this folder that answers: those after the cold start need one. */
export async function requireLab(): Promise<void> {
  await labShell();
  await kubectl("get", "--raw", "/readyz");
}
