import { ApiError, UnreachableError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { patiently } from "../../../../canaryctl/src/traffic/patiently.ts";

const silent = new UnreachableError("The cluster does not answer: no answer within 10 s");
const refused = new UnreachableError("The cluster does not answer: connect ECONNREFUSED");
const webhook = new ApiError(500, 'failed calling webhook "rev.validation.istio.io": connection refused', "PATCH");
const starting = new ApiError(503, "apiserver is shutting down", "PATCH");

async function lines(fault: Error, answers: boolean): Promise<readonly string[]> {
  const said: string[] = [];
  let tries = 0;
  const get = answers ? async () => undefined : () => Promise.reject(refused);
  const call = async () => {
    tries += 1;
    if (tries < 3) throw fault;
  };
  await patiently({ get }, { seconds: 5, say: (line) => void said.push(line) }, call);
  return said;
}

describe("patiently", () => {
  test.each([
    ["Istio's control plane", "its webhook cannot be called", webhook, true],
    ["Istio's control plane", "a write is silent and a read is not", silent, true],
    ["The cluster's API server", "nothing answers", silent, false],
    ["The cluster's API server", "the connection is refused", refused, false],
    ["The cluster's API server", "it starts", starting, true],
  ])("says once that %s is away where %s", async (who, _case, fault, answers) => {
    expect(await lines(fault, answers)).toEqual([expect.stringMatching(new RegExp(`^${who} does not answer`))]);
  });

  test("does not repeat a refusal", async () => {
    const forbidden = new ApiError(403, "forbidden", "PATCH");
    const call = () =>
      patiently({ get: async () => undefined }, { seconds: 5, say: () => {} }, () => Promise.reject(forbidden));
    await expect(call()).rejects.toBe(forbidden);
  });

  test("gives up with the name of who is away", async () => {
    const call = () =>
      patiently({ get: async () => undefined }, { seconds: 0, say: () => {} }, () => Promise.reject(webhook));
    await expect(call()).rejects.toMatchObject({
      message: expect.stringMatching(/^Istio's control plane does not answer for 0 s/),
      next: "kubectl get pods --all-namespaces -l app=istiod",
    });
  });
});
