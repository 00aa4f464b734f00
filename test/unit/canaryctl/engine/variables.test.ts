import { describe, expect, test } from "@jest/globals";
import { engineVariables, passphraseFile } from "../../../../canaryctl/src/engine/variables.ts";
import { inLab } from "../../../../cluster/lab-folder.ts";
import type { Environment } from "../../../../cluster/target.ts";

const environment: Environment = {
  target: "embedded",
  reason: "a test",
  kubeconfig: "/lab/kubeconfig",
  kubeContext: "canary-lab",
  imageRegistry: "198.18.0.1:5001",
  path: ["/lab/bin"],
  variables: { PULUMI_HOME: "/lab/pulumi", DOCKER_HOST: "unix:///lab/docker.sock" },
};

describe("engineVariables", () => {
  test("gives what the target says, in front of the user's PATH, and the lab's own backend and passphrase", () => {
    expect(engineVariables(environment, { PATH: "/usr/bin:/bin" })).toMatchObject({
      PATH: "/lab/bin:/usr/bin:/bin",
      PULUMI_HOME: "/lab/pulumi",
      CANARY_LAB_KUBE_CONTEXT: "canary-lab",
      CANARY_LAB_IMAGE_REGISTRY: "198.18.0.1:5001",
      PULUMI_BACKEND_URL: `file://${inLab("state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(),
      PULUMI_DISABLE_CHECKPOINT_BACKUPS: "true",
    });
  });

  test("keeps what kubectl and helm remember of a cluster out of the user's home, unless the user says where", () => {
    expect(engineVariables(environment, {}).KUBECACHEDIR).toBe(inLab("kube-cache"));
    expect(engineVariables(environment, { KUBECACHEDIR: "/mine" }).KUBECACHEDIR).toBe("/mine");
  });

  test("leaves the user's own backend and passphrase alone", () => {
    const variables = engineVariables(environment, {
      PULUMI_BACKEND_URL: "s3://mine",
      PULUMI_CONFIG_PASSPHRASE: "",
    });
    expect(variables.PULUMI_BACKEND_URL).toBe("s3://mine");
    expect(variables).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(variables).not.toHaveProperty("PULUMI_DISABLE_CHECKPOINT_BACKUPS");
  });

  test("can be repeated: what `canaryctl env` set is not taken for the user's, and PATH does not grow", () => {
    const once = engineVariables(environment, { PATH: "/usr/bin" });
    expect(engineVariables(environment, once)).toEqual(once);
  });

  test("says whose they are, and takes away what `canaryctl env` printed of another stack", () => {
    const { imageRegistry: _, ...own } = environment;
    const user = { CANARY_LAB_ENV: "dev", CANARY_LAB_IMAGE_REGISTRY: "of-dev", CANARY_LAB_CHART_MIRROR: "/of-dev" };
    expect(engineVariables(own, user, "organization/canary-lab/prod")).toMatchObject({
      CANARY_LAB_ENV: "organization/canary-lab/prod",
      CANARY_LAB_IMAGE_REGISTRY: "",
      CANARY_LAB_CHART_MIRROR: "",
    });
    const ofDev = engineVariables(own, user, "dev");
    expect(ofDev.CANARY_LAB_ENV).toBe("dev");
    expect(ofDev).not.toHaveProperty("CANARY_LAB_CHART_MIRROR");
  });

  test("are the user's own where the user names the cluster, and the program follows those", () => {
    const user = { CANARY_LAB_KUBE_CONTEXT: "canary-lab", CANARY_LAB_KUBECONFIG: "/mover" };
    expect(engineVariables(environment, user, "dev")).not.toHaveProperty("CANARY_LAB_ENV");
  });

  test("take a registry of the user's away from a cluster that the lab has made and that has none", () => {
    const { imageRegistry: _, ...own } = environment;
    const user = { CANARY_LAB_IMAGE_REGISTRY: "localhost:5001" };
    expect(engineVariables({ ...own, target: "kind" }, user).CANARY_LAB_IMAGE_REGISTRY).toBe("");
    expect(engineVariables({ ...own, target: "existing" }, user)).not.toHaveProperty("CANARY_LAB_IMAGE_REGISTRY");
  });

  test("of a cluster of the user's own without registry and charts set none", () => {
    const { imageRegistry: _, ...own } = environment;
    const variables = engineVariables({ ...own, target: "existing" }, {});
    expect(variables).not.toHaveProperty("CANARY_LAB_IMAGE_REGISTRY");
    expect(variables).not.toHaveProperty("CANARY_LAB_CHART_MIRROR");
  });
});
