import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinned } from "@canary-lab/embedded-cluster/toolchain/recipes/versions";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { fullStack } from "./support/full-stack.ts";
import { kubectl, namespace } from "./support/lab.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";

describePart("the scope of Rollouts", () => {
  withStrategy({ strategy: "istio", ...fullStack });

  describe("Rollouts for the whole cluster", () => {
    test("have a dashboard at port 3100", async () => {
      const service = "/api/v1/namespaces/argo-rollouts/services/argo-rollouts-dashboard:3100/proxy";
      expect(JSON.parse(await kubectl("get", "--raw", `${service}/rollouts/api/v1/version`))).toEqual({
        rolloutsVersion: expect.stringContaining(pinned.rollouts),
      });
    });
  });

  describe("Rollouts for one namespace", () => {
    const folder = mkdtempSync(join(tmpdir(), "canary-lab-"));

    beforeAll(async () => {
      editConfig({ rollouts: "auto" }); // the way from one scope to another
      await mustBeUp();
      editConfig({ rollouts: "namespace" });
      await mustBeUp();
    }, 300_000);

    afterAll(async () => {
      rmSync(folder, { recursive: true });
      editConfig({ rollouts: "auto" });
      await mustBeUp();
    }, 300_000);

    test("have their definitions apart, and no right outside the namespace", async () => {
      const roles = await kubectl("get", "clusterroles", "-o", "name");
      expect(roles.split("\n").filter((role) => role.includes("argo-rollouts"))).toEqual([]);
      const controllers = await kubectl(
        "get",
        "deployments",
        "-A",
        "-l",
        "app.kubernetes.io/name=argo-rollouts",
        "-o",
        "json",
      );
      const pods = JSON.parse(controllers).items.map(
        (item: { metadata: { namespace: string }; spec: { replicas: number } }) => [
          item.metadata.namespace,
          item.spec.replicas,
        ],
      );
      expect(pods).toEqual([
        ["argo-rollouts", 0],
        [namespace, 1],
      ]);
    });

    test("are looked after there", async () => {
      const file = join(folder, "rollout.json");
      writeFileSync(file, JSON.stringify(smallRollout("scope")));
      await kubectl("apply", "-f", file);
      try {
        await kubectl(
          "wait",
          "-n",
          namespace,
          "rollout/scope",
          "--for=jsonpath={.status.phase}=Healthy",
          "--timeout=50s",
        );
      } finally {
        await kubectl("delete", "-f", file);
      }
    }, 120_000);
  });
});

/** A Rollout of one pod that does nothing. */
const smallRollout = (name: string) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    strategy: { canary: { steps: [{ setWeight: 50 }] } },
    template: {
      metadata: { labels: { app: name, "sidecar.istio.io/inject": "false" } },
      spec: { containers: [{ name: "pause", image: `registry.k8s.io/pause:${pinned.pause}` }] },
    },
  },
});
