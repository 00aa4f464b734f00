import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

interface Machine {
  /** How its folder begins. */
  readonly folder: string;
  readonly umask: string;
  /** When its tools were made, in seconds since 1970. */
  readonly seconds: number;
  readonly timeZone: string;
  /** How far its clock is ahead of this one's, in years. */
  readonly yearsAhead: number;
}

function imagesOf({ folder: prefix, umask, seconds, timeZone, yearsAhead }: Machine): { readonly year: number } {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  const file = (name: string) => join(import.meta.dirname, name);
  const args = ["--import", file("later.ts"), file("make-images.ts"), folder, umask, `${seconds}`];
  const year = 365.25 * 86_400_000;
  const env = { ...process.env, TZ: timeZone, CLOCK_AHEAD: `${yearsAhead * year}`, NODE_NO_WARNINGS: "1" };
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: "utf8" }));
}

test("two machines make the same images of the same tools, down to the digest: whatever their clock, zone, folder, umask and the age of files", () => {
  const here = { folder: "a-", umask: "022", seconds: 1_000_000_000, timeZone: "UTC", yearsAhead: 0 };
  const there = {
    folder: "another-checkout-",
    umask: "077",
    seconds: 1_500_000_000,
    timeZone: "Pacific/Auckland",
    yearsAhead: 1,
  };
  const [{ year, ...images }, { year: later, ...others }] = [imagesOf(here), imagesOf(there)];
  expect(later - year).toBeGreaterThanOrEqual(1); // the clock was really another
  expect(others).toEqual(images);
});
