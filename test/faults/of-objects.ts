import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { inLab, repositoryRoot } from "../../cluster/lab-folder.ts";
import { autoscaleByHand, withoutAutoscaler } from "../e2e/support/autoscaler.ts";
import { start } from "../e2e/support/command.ts";
import { applyObjects, canaryctl, canaryctlFile, kubectl, namespace, route } from "../e2e/support/lab.ts";
import { editConfig } from "../e2e/support/stack-config.ts";
import { until } from "../e2e/support/until.ts";
import type { Fault } from "./fault.ts";
import { firstPod } from "./pods.ts";

const inside = async (...args: readonly string[]): Promise<void> => void (await kubectl(...args, "-n", namespace));

const state = inLab("state/.pulumi/stacks/canary-lab/dev.json");
const locks = inLab("state/.pulumi/locks/organization/canary-lab/dev");
const stackFile = `${repositoryRoot}/Pulumi.dev.yaml`;

/** A file that is damaged until it is put back as it was. */
function damaged(name: string, path: string, damage: (text: string) => string, told: RegExp): Fault {
  let before = "";
  return {
    name,
    inject: async () => {
      before = readFileSync(path, "utf8");
      writeFileSync(path, damage(before));
    },
    told,
    heal: async () => writeFileSync(path, before),
  };
}

export const ofObjects: readonly Fault[] = [
  {
    name: "the VirtualService deleted",
    inject: () => inside("delete", "virtualservice", route),
    told: /no VirtualService|VirtualService .*(gone|not there)/i,
    loses: "answers",
  },
  {
    name: "the DestinationRule deleted",
    inject: () => inside("delete", "destinationrule", "versioned-echo"),
    told: /no DestinationRule versioned-echo/,
    loses: "answers",
  },
  {
    name: "the canary's Deployment deleted",
    inject: () => inside("delete", "deployment", "versioned-echo-v2"),
    told: /There is no Deployment versioned-echo-v2/,
    loses: "answers",
  },
  {
    name: "the canary scaled to nothing by hand",
    inject: () => inside("scale", "deployment", "versioned-echo-v2", "--replicas=0"),
    told: /versioned-echo-v2/,
    loses: "answers",
  },
  {
    name: "the namespace's label for sidecars taken away",
    inject: async () => void (await kubectl("label", "namespace", namespace, "istio-injection-")),
    told: /has lost its label/,
  },
  {
    name: "a second VirtualService for the host",
    inject: () =>
      applyObjects({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "by-hand", namespace },
        spec: { hosts: ["versioned-echo"], http: [{ route: [{ destination: { host: "versioned-echo" } }] }] },
      }),
    told: /by-hand/,
    heal: () => inside("delete", "virtualservice", "by-hand"),
  },
  {
    name: "an autoscaler that fights",
    inject: () => autoscaleByHand({ apiVersion: "apps/v1", kind: "Deployment", name: "versioned-echo-v1" }, 4),
    told: /versioned-echo-v1/,
    heal: async () => void (await withoutAutoscaler()),
  },
  {
    name: "a quota without room, and a pod that ends",
    inject: async () => {
      const pods = (await kubectl("get", "pods", "-n", namespace, "-o", "name")).split("\n").length;
      await inside("create", "quota", "full", `--hard=pods=${pods - 1}`);
      const pod = await firstPod("app=versioned-echo,version=v1");
      await inside("delete", "pod", pod, "--wait=false");
    },
    told: /quota/,
    heal: () => inside("delete", "quota", "full"),
  },
  damaged("the state cut short", state, (text) => text.slice(0, text.length / 2), /The state of stack dev is damaged/),
  damaged("the stack's file is no YAML", stackFile, (text) => `${text}\n\t: [`, /Pulumi\.dev\.yaml/),
  {
    name: "the state moved away",
    inject: async () => renameSync(state, `${state}.away`),
    told: /state/,
    heal: async () => renameSync(`${state}.away`, state),
  },
  {
    name: "the lock of a command that was killed",
    inject: async () => {
      const { pid, finished } = start(canaryctlFile, ["set-traffic", "70", "30"]);
      const isHeld = () => {
        try {
          return readdirSync(locks).some((name) => name.endsWith(".json"));
        } catch {
          return false;
        }
      };
      await until("the engine holds the stack", isHeld, { everyMilliseconds: 5 });
      process.kill(-pid, "SIGKILL");
      await finished;
    },
  },
  {
    name: "an image that is not there, for the canary",
    inject: async () => {
      const outcome = await canaryctl("create-canary", "--image", "127.0.0.1:1/none:1");
      if (outcome.exitCode === 0) throw new Error("A canary without an image was made.");
    },
    heal: async () => editConfig({ canaryImage: undefined }),
  },
];
