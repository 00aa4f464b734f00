import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { eachLine } from "../../../../canaryctl/src/engine/each-line.ts";

test("each line of a process comes whole, from either stream and however it is cut, and none is lost when it closes", async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} of many, with ä and ✓`);
  const print = `
    const lines = Array.from({ length: 20_000 }, (_, at) => \`line \${at} of many, with ä and ✓\`);
    const bytes = Buffer.from(lines.join("\\n"));
    for (let at = 0; at < bytes.length; at += 4093) process.stdout.write(bytes.subarray(at, at + 4093));
    process.stderr.write("a\\r\\n\\n  b");`;
  const child = spawn(process.execPath, ["--eval", print], { stdio: ["ignore", "pipe", "pipe"] });
  const seen: string[] = [];
  eachLine(child, (line) => seen.push(line));
  await once(child, "close");
  expect(seen.filter((line) => line.startsWith("line "))).toEqual(lines);
  expect(seen.filter((line) => !line.startsWith("line "))).toEqual(["a", "", "  b"]);
});
