import { ApiError } from "@canary-lab/kit/kube/client";
import { expect, jest, test } from "@jest/globals";
import { mark } from "../../../../canaryctl/src/commands/rollback.ts";
import { fakeLab } from "../fake-lab.ts";

test("a rollback that is done waits 10 s for its mark, and says what it lacks then", async () => {
  let now = 0;
  const clock = jest.spyOn(performance, "now").mockImplementation(() => (now += 4000)); // each look at it is four seconds later
  const { lab } = fakeLab();
  const patch = () => Promise.reject(new ApiError(500, 'failed calling webhook "policy.example"', "PATCH"));
  const said: string[] = [];
  await mark({ ...lab.cluster, patch }, lab.config, (line) => void said.push(line));
  clock.mockRestore();
  expect(said).toEqual([
    expect.stringMatching(/^warning: an update .* does not learn of this rollback: .* does not answer for 10 s: /),
  ]);
});
