import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { openKeyboard, type Terminal } from "../../../../canaryctl/src/lab-course/keyboard.ts";

function keyboard() {
  const modes: boolean[] = [];
  const stream = new PassThrough();
  const input = Object.assign(stream, { setRawMode: (isRaw: boolean) => modes.push(isRaw) }) as unknown as Terminal;
  const controller = new AbortController();
  const opened = openKeyboard(input, controller.signal, () => controller.abort());
  /** Asks, and types this meanwhile. */
  const typed = async (text: string) => {
    const next = opened.next();
    stream.write(text);
    return next;
  };
  return { ...opened, typed, stream, modes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a key needs no Enter, and Enter is one", async () => {
  const { typed, modes, close } = keyboard();
  expect([await typed("c"), await typed("H"), await typed("\r")]).toEqual(["c", "h", ""]);
  close();
  expect(modes).toEqual([true, false]);
});

test("of a text only the first letter counts, and an arrow is no key", async () => {
  const { typed, next, stream } = keyboard();
  expect(await typed("ch")).toBe("c");
  const after = next();
  stream.write("\u001b[A");
  await turn();
  stream.write("q");
  expect(await after).toBe("q");
});

test("what is typed while nobody asks is left out", async () => {
  const { typed, stream } = keyboard();
  stream.write("\r");
  await turn();
  expect(await typed("n")).toBe("n");
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s ends the input", async (_, key) => {
  const { typed, next } = keyboard();
  expect([await typed(key), await next()]).toEqual([undefined, undefined]);
});

test("Ctrl-C ends it while nobody asks as well", async () => {
  const { stream, next } = keyboard();
  stream.write("\u0003");
  await turn();
  expect(await next()).toBeUndefined();
});
