import { readdirSync, readFileSync } from "node:fs";
import { start } from "../e2e/support/command.ts";
import { canaryctl, canaryctlFile, kubectl, liveWeight, namespace } from "../e2e/support/lab.ts";
import { editConfig } from "../e2e/support/stack-config.ts";
import { until } from "../e2e/support/until.ts";
import { approved, type Fault } from "./fault.ts";

const isRollingOut = async (): Promise<boolean> => {
  const path = "jsonpath={.spec.replicas} {.status.readyReplicas}";
  const [wanted, ready] = (await kubectl("get", "deployment", "versioned-echo-v1", "-n", namespace, "-o", path)).split(
    " ",
  );
  return wanted === "3" && ready !== "3";
};

/** Processes below one, with the programs that they run. */
function descendants(pid: number): readonly { readonly pid: number; readonly line: string }[] {
  const all = readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
      const line = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(entry), parent: Number(parent), line }];
    } catch {
      return []; // it has ended
    }
  });
  const below = (of: number): typeof all =>
    all.filter(({ parent }) => parent === of).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Starts an `up` that rolls out a third stable pod, and kills it, or a process of its, while the pod starts. */
const killedUp = (name: string, program: RegExp | undefined): Fault => ({
  name: `up: kill -9 of ${name}`,
  inject: async () => {
    editConfig({ replicas: 3 });
    const { pid, finished } = start(canaryctlFile, ["up"], { timeoutSeconds: 300 });
    await until("the third pod starts", isRollingOut, { seconds: 60, everyMilliseconds: 20 });
    if (program === undefined) process.kill(-pid, "SIGKILL");
    else {
      const found = descendants(pid).filter(({ line }) => program.test(line));
      if (found.length === 0) throw new Error(`No process of up is ${program}.`);
      for (const each of found) process.kill(each.pid, "SIGKILL");
    }
    const { exitCode } = await finished;
    if (exitCode === 0) throw new Error("The update ended well: the kill came too late.");
  },
  heal: async () => {
    const { exitCode, output } = await canaryctl("up");
    editConfig({ replicas: undefined });
    if (exitCode !== 0) throw new Error(output);
  },
});

export const ofCommands: readonly Fault[] = [
  killedUp("all of it", undefined),
  killedUp("the engine", /\/pulumi up |\/pulumi .*\bup\b/),
  killedUp("the Kubernetes plugin", /pulumi-resource-kubernetes|kubernetes\/main\.ts/),
  killedUp("the language host", /pulumi-language-nodejs|language\/main\.ts/),
  {
    name: "set-traffic: kill -9 once the route has the new share",
    inject: async () => {
      const { pid, finished } = start(canaryctlFile, ["set-traffic", "80", "20"]);
      await until("the route has it", async () => (await liveWeight()) === 20, { everyMilliseconds: 10 });
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // it has ended: as good a moment as any
      }
      await finished;
    },
    heal: async () => {
      const { exitCode, output } = await canaryctl("set-traffic", String(100 - approved), String(approved));
      if (exitCode !== 0) throw new Error(output);
    },
  },
];
