import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { routeServer } from "../src/routes.ts";

test("a handler that fails is answered with 500 and its words, and the next request is served", async () => {
  const counted: (string | number)[][] = [];
  const server = routeServer({
    routes: {
      "/broken": {
        GET: async () => {
          throw new Error("the disk is gone");
        },
      },
      "/whole": { GET: (_request, answer) => void answer(200, {}) },
    },
    isClosing: () => false,
    count: (...answer) => counted.push(answer.slice(0, 3)),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/broken`);
    expect(await answer.json()).toEqual({
      message: "the disk is gone",
      error: "Internal Server Error",
      statusCode: 500,
    });
    expect((await fetch(`http://127.0.0.1:${port}/whole`)).status).toBe(200);
    expect(counted).toEqual([
      ["/broken", "GET", 500],
      ["/whole", "GET", 200],
    ]);
  } finally {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
});
