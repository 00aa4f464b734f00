import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { firstFreePort, freePort, isPortFree } from "../../../cluster/ports.ts";

test("a port of the system's choice is free, and is not once somebody listens there", async () => {
  const port = await freePort();
  expect(await isPortFree(port)).toBe(true);
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  expect(await isPortFree(port)).toBe(false);
  await new Promise((done) => server.close(done));
});

test("of several ports the first free one is taken, and none where none is", async () => {
  const isFree = async (port: number) => port === 30082;
  expect(await firstFreePort(30081, 2, isFree)).toBe(30082);
  expect(await firstFreePort(30081, 1, isFree)).toBeUndefined();
});
