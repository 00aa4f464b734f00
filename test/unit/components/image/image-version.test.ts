import { expect, test } from "@jest/globals";
import { versionOf } from "../../../../components/image/image-version.ts";

test.each([
  ["versioned-echo:v2", "v2"],
  ["registry.example:5000/team/echo:1.4.2-rc.1", "1.4.2-rc.1"],
  ["registry.example:5000/team/echo", "latest"],
  ["echo@sha256:0123456789abcdef0123", "0123456789ab"],
  ["echo:v3@sha256:0123456789abcdef0123", "v3"],
  ["echo:_nightly_", "nightly"],
  ["echo:___", "latest"],
  [`echo:${"a".repeat(128)}`, "a".repeat(63)],
])("%s is %s", (reference, version) => expect(versionOf(reference)).toBe(version));
