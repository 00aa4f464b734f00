import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Act, wordsOf } from "../../../../canaryctl/src/ui/acts.ts";
import { buildServer } from "../../../../canaryctl/src/ui/server.ts";
import type { ActView } from "../../../../canaryctl/src/ui/snapshot.ts";
import { applications, fakeHub } from "./fake-hub.ts";

const access = { token: "t".repeat(43), port: 8642 };
const host = "127.0.0.1:8642";
const authorized = { host, authorization: `Bearer ${access.token}` };

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

function serve({
  isReadOnly = false,
  state = "done" as ActView["state"],
  output = "",
  service = undefined as string | undefined,
} = {}) {
  const done: string[] = [];
  const { hub } = fakeHub(isReadOnly);
  const act = async (stack: string, act: Act): Promise<ActView> => {
    done.push(`${stack}: ${wordsOf(act).join(" ")}`);
    return { id: 1, name: act.name, command: wordsOf(act).join(" "), began: "2026-01-31T12:00:00Z", state, output };
  };
  const own = { ...access };
  const app = buildServer({
    access: own,
    stack: "dev",
    service,
    applications,
    stacks: () => ["dev", "staging"],
    hub,
    act: isReadOnly ? undefined : act,
  });
  opened.push(() => {
    hub.end();
    return app.close();
  });
  return { app, done, access: own };
}

const words = "set-traffic 70 30";
const moves = { method: "POST", url: "/acts", payload: { name: "set-traffic", canary: 30 } } as const;

describe("who may ask", () => {
  test.each(["/", "/page.js", "/events", "/nowhere"])("nobody gets %s without the token", async (url) => {
    const { statusCode, body } = await serve().app.inject({ url, headers: { host } });
    expect({ statusCode, body }).toMatchObject({ statusCode: 401, body: expect.stringMatching(/`canaryctl ui`/) });
  });

  test("the printed address gives the cookie and leads to one without the token", async () => {
    const { app } = serve();
    const first = await app.inject({ url: `/?token=${access.token}`, headers: { host } });
    expect(first).toMatchObject({ statusCode: 303, headers: { location: "./" } });
    const [cookie = ""] = String(first.headers["set-cookie"]).split(";");
    const page = await app.inject({ url: "/", headers: { host, cookie } });
    expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining('"page.js"') });
    expect(page.body).not.toMatch(/(href|src)="\//); // a gateway has the page below a path
    for (const url of ["/?token=wrong", `/?token=${access.token}&token=${access.token}`])
      expect((await app.inject({ url, headers: { host } })).statusCode).toBe(401);
  });

  test("a name that leads here by somebody's DNS is refused, also with the token", async () => {
    const { app, done } = serve();
    const headers = { ...authorized, host: "rebound.example:8642" };
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(403);
    expect((await app.inject({ ...moves, headers })).statusCode).toBe(403);
    expect(done).toEqual([]);
  });

  test("another site's page moves nothing, also with the cookie", async () => {
    const { app, done } = serve();
    const cookie = `canaryctl-ui-8642=${access.token}`;
    const answer = await app.inject({ ...moves, headers: { host, cookie, origin: "http://evil.example" } });
    expect(answer.statusCode).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(done).toEqual([]);
    const own = await app.inject({ ...moves, headers: { host, cookie, origin: `http://${host}` } });
    expect([own.statusCode, done]).toEqual([200, ["dev: set-traffic 70 30"]]);
  });

  test("the page may load, run and ask nothing but its own server, and stands in no frame", async () => {
    const { headers, body } = await serve().app.inject({ url: "/", headers: authorized });
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(body).not.toMatch(/<style|style=|<script(?![^>]*src=)|onclick|https?:/);
  });
});

describe("an act", () => {
  test("that is refused is told with its output", async () => {
    const output = "error: No canary runs.\n  next:    npx canaryctl create-canary --image versioned-echo:v2";
    const { app } = serve({ state: "failed", output });
    const answer = await app.inject({ ...moves, headers: authorized });
    expect([answer.statusCode, answer.json()]).toMatchObject([409, { state: "failed", output }]);
  });

  test("of another stack acts on that one; one that is not there is refused", async () => {
    const { app, done } = serve();
    await app.inject({ ...moves, url: "/acts?stack=staging", headers: authorized });
    const answer = await app.inject({ ...moves, url: "/acts?stack=nowhere", headers: authorized });
    expect(answer).toMatchObject({
      statusCode: 400,
      body: expect.stringMatching(/^error: There is no stack nowhere\.[\s\S]*allowed: dev, staging/),
    });
    expect(done).toEqual(["staging: set-traffic 70 30"]);
  });

  test("of a service acts on that one, and one that names nothing on what the server began with", async () => {
    const { app, done } = serve({ service: "billing" });
    const asked = ["", "?stack=dev", "?stack=dev&app=orders", "?app=orders", "?stack=dev&app=versioned-echo"];
    for (const query of asked) await app.inject({ ...moves, url: `/acts${query}`, headers: authorized });
    expect(done).toEqual(["dev/billing", "dev", "dev/orders", "dev/orders", "dev"].map((one) => `${one}: ${words}`));
    const answer = await app.inject({ ...moves, url: "/acts?stack=staging&app=orders", headers: authorized });
    expect(answer).toMatchObject({
      statusCode: 400,
      body: expect.stringMatching(/^error: Stack staging has no service orders\./),
    });
    expect(done).toHaveLength(asked.length);
  });

  test("that is none is refused with what is allowed", async () => {
    const { app, done } = serve();
    const answer = await app.inject({ ...moves, payload: { name: "down" }, headers: authorized });
    expect(answer).toMatchObject({
      statusCode: 400,
      body: expect.stringMatching(/name is "down"[\s\S]*allowed: set-traffic, promote, rollback/),
    });
    expect(
      (await app.inject({ ...moves, payload: "{", headers: { ...authorized, "content-type": "application/json" } }))
        .statusCode,
    ).toBe(400);
    expect(done).toEqual([]);
  });

  test.each(["set-traffic", "promote", "rollback", "abort", "retry", "faults"])(
    "%s is refused by a server that only shows",
    async (name) => {
      const { app, done } = serve({ isReadOnly: true });
      const payload = { name, canary: 30, side: "canary", fault: "errors" };
      const answer = await app.inject({ ...moves, payload, headers: authorized });
      expect(answer).toMatchObject({
        statusCode: 403,
        body: expect.stringMatching(/only shows[\s\S]*next: +npx canaryctl ui\n/),
      });
      expect(done).toEqual([]);
    },
  );
});

test("events come as they happen, and end with the server", async () => {
  const { app, access: own } = serve();
  await app.listen({ host: "127.0.0.1", port: 0 });
  own.port = (app.server.address() as AddressInfo).port;
  let text = "";
  const ended = new Promise<void>((resolve, reject) => {
    get(
      {
        host: "127.0.0.1",
        port: own.port,
        path: "/events?stack=staging",
        headers: { authorization: authorized.authorization },
      },
      (answer) => {
        expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
        answer.on("data", (chunk) => {
          text += chunk;
          if (text.includes("event: change")) void app.close();
        });
        answer.on("close", resolve);
      },
    ).on("error", reject);
  });
  await ended;
  expect(text).toMatch(
    /^event: snapshot\ndata: \{.*"stack":"staging".*\}\n\nevent: change\ndata: \{"trouble":"error: The lab is not up\."\}\n\n/,
  );
});
