import { expect, test } from "@jest/globals";
import type { StartFault } from "../../../../canary/pods/start-fault.ts";
import { StartWatch } from "../../../../canary/pods/start-watch.ts";

const image = (words: string): StartFault => ({ cause: "image", container: "echo", words, graceSeconds: 12 });

test("a fault counts when it has lasted, whatever its words are at the moment", () => {
  const watch = new StartWatch();
  expect(watch.look([image("ErrImagePull")], 0)).toEqual([]);
  expect(watch.look([image("ImagePullBackOff")], 11_900)).toEqual([]);
  expect(watch.look([image("ErrImagePull")], 12_000)).toHaveLength(1);
});

test("one that was away for a look begins anew", () => {
  const watch = new StartWatch();
  watch.look([image("")], 0);
  watch.look([], 6000);
  expect(watch.look([image("")], 12_000)).toEqual([]);
  expect(watch.look([image("")], 24_000)).toHaveLength(1);
});
