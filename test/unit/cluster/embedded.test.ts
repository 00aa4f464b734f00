import { expect, test } from "@jest/globals";
import { renderNeeds } from "../../../cluster/embedded.ts";

test("what the embedded cluster needs follows from what is in the cache", () => {
  expect(renderNeeds({ seconds: 0, gigabytes: 0 }, "/home/me/.cache/canary-lab")).toBe(
    "root, two cores, 4 GB of memory and about 1 minute; its tools are in /home/me/.cache/canary-lab already",
  );
  expect(renderNeeds({ seconds: 680, gigabytes: 9.2 }, "/c")).toBe(
    "root, two cores, 4 GB of memory and about 13 minutes; its tools are made first, once for all checkouts: up to 10 GB of disk in /c meanwhile",
  );
});
