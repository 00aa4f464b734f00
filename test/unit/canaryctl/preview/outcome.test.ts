import { unknownCaller } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { isRefusal, missingIn } from "../../../../canaryctl/src/preview/outcome.ts";

/** As the API server says it of its own policies, and of a webhook. */
const denials = [
  "namespaces \"canary-lab\" is forbidden: ValidatingAdmissionPolicy 'canary-lab.versioned-echo.namespaces' with binding 'canary-lab.versioned-echo.namespaces' denied request: plan: a step of the plan raises the canary's share too far at once; allowed: at most 40 points more",
  'admission webhook "validation.istio.io" denied the request: configuration is invalid: total destination weight = 0',
];

test.each(denials)("what an admission rule denies is refused, and is no missing permission: %s", (error) => {
  expect(isRefusal([error])).toBe(true);
  expect(missingIn([error])).toBeUndefined();
});

test("an account that the API server does not know is a missing permission, by its word and by ours", () => {
  for (const error of ["Unauthorized", unknownCaller]) expect(missingIn([error])).toBe("permission");
});

test("what went wrong otherwise is no refusal", () => {
  expect(isRefusal(["the engine ended with signal SIGKILL"])).toBe(false);
});
