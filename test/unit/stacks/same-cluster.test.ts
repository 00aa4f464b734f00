import { describe, expect, test } from "@jest/globals";
import { mustBeSameCluster } from "../../../stacks/same-cluster.ts";

describe("mustBeSameCluster", () => {
  const file = { stack: "prod", name: "Pulumi.prod.yaml" };
  const up = { kubeContext: "staging", kubeconfig: "/home/me/.kube/config" };

  test.each([
    [{ kubeContext: "production" }, /kubeContext is "production"/, "kubeContext staging"],
    [{ kubeconfig: "/elsewhere" }, /kubeconfig is "\/elsewhere"/, "kubeconfig /home/me/.kube/config"],
    [{ kubeContext: "staging", kubeconfig: "/elsewhere" }, /kubeconfig is/, "kubeconfig /home/me/.kube/config"],
  ])("refuses %j where the lab is up elsewhere", (config, message, pair) => {
    const refused = () => mustBeSameCluster(config, up, file);
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ next: `npx canaryctl config set ${pair}\nnpx canaryctl up` }));
  });

  test.each([{}, { kubeContext: "staging" }, up])("takes %j", (config) => {
    expect(() => mustBeSameCluster(config, up, file)).not.toThrow();
  });
});
