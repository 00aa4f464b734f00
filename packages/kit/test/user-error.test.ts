import { describe, expect, test } from "@jest/globals";
import { asOneError, UserError } from "../src/user-error.ts";

describe("several errors", () => {
  const [disk, port] = [
    new UserError("The disk is full.", { place: "/", next: "free some" }),
    new UserError("Port 1 is taken.", { next: "kill 1" }),
  ];
  test("are named in one error, each with its place and next step", () => {
    expect(asOneError([disk, port])?.message).toBe(
      [
        "2 things are in the way:",
        "  - The disk is full.",
        "      at:      /",
        "      next:    free some",
        "  - Port 1 is taken.",
        "      next:    kill 1",
      ].join("\n"),
    );
  });
  test("one alone stays as it is, and none is no error", () => {
    expect(asOneError([disk])).toBe(disk);
    expect(asOneError([])).toBeUndefined();
  });
});
