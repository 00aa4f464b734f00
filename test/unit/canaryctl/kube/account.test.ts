import { ApiError, UnreachableError } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { accountBy } from "../../../../canaryctl/src/kube/account.ts";

const answering = (answer: object) => ({ create: async <T>() => answer as T });
const failing = (error: Error) => ({ create: () => Promise.reject(error) });

test("an account is what the API server's review says, and none where it says nothing", async () => {
  const username = "system:serviceaccount:shop:shop-mover";
  expect(await accountBy(answering({ status: { userInfo: { username } } }))).toBe(username);
  expect(await accountBy(answering({}))).toBeUndefined();
});

test("a server without the review, or without an answer, costs the history no entry", async () => {
  expect(await accountBy(failing(new ApiError(404, "not found", "/apis")))).toBeUndefined();
  expect(await accountBy(failing(new UnreachableError("silence")))).toBeUndefined();
  await expect(accountBy(failing(new TypeError("a defect")))).rejects.toThrow(TypeError);
});
