import { ApiError, UnreachableError } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { controlPlaneAnswers } from "../../../../stacks/live/control-plane-answers.ts";

const failure = (status: number, message: string) => new ApiError(status, message, "/apis");
const away = failure(
  500,
  'Internal error occurred: failed calling webhook "validation.istio.io": failed to call webhook: context deadline exceeded',
);

/** How often it asked, and how long it waited, by what each question is answered with, the last for ever. */
async function wait(...answers: readonly (Error | undefined)[]) {
  let asked = 0;
  let seconds = 0;
  const client = {
    create: async <T>(path: string): Promise<T> => {
      expect(path).toBe("/apis/networking.istio.io/v1/namespaces/team/destinationrules?dryRun=All");
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer) throw answer;
      return {} as T;
    },
  };
  const sleep = async (milliseconds: number) => {
    seconds += milliseconds / 1000;
  };
  await controlPlaneAnswers(client, "team", { now: () => seconds * 1000, sleep });
  return { asked, seconds };
}

test("a new control plane is waited for until the API server has its answer", async () => {
  expect(await wait(undefined)).toEqual({ asked: 1, seconds: 0 });
  expect((await wait(away, new UnreachableError("timeout"), undefined)).asked).toBe(3);
});

test("what it refuses is an answer, and after a minute whoever applies something says what is wrong", async () => {
  expect((await wait(failure(403, "forbidden"))).asked).toBe(1);
  expect((await wait(away)).seconds).toBe(60);
});
