import { afterEach, expect, test } from "@jest/globals";
import { type GatewayPage, serveGatewayPage } from "../../../../canaryctl/src/ui/gateway-page.ts";
import { nothingRead } from "../../../../canaryctl/src/ui/stack-reader.ts";
import { askByName } from "../../../e2e/support/ask-by-name.ts";
import { fakeGateway } from "./fake-gateway.ts";
import { applications } from "./fake-hub.ts";

const token = "t".repeat(43);
const closed: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closed.splice(0)) close();
});

type Gateway = Awaited<ReturnType<typeof fakeGateway>>;
/** Asks the gateway for the page, by its name. */
const ask = (
  { place }: Pick<Gateway, "place">,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
) => askByName(place, path, { headers, method });

/** Serves a page by the gateway, and has it looked at meanwhile. */
async function withPage(gateway: Gateway, look: (address: URL) => Promise<void>, more: Partial<GatewayPage> = {}) {
  const { cluster, place } = gateway;
  await serveGatewayPage({
    ...{ cluster, place, stack: "dev", service: undefined, applications, token },
    reader: () => ({ read: async () => nothingRead, readTraffic: async () => nothingRead, hasMoved: async () => true }),
    signal: new AbortController().signal,
    serve: (address) => look(new URL(address)),
    ...more,
  });
}

async function openGateway(): Promise<Gateway> {
  const gateway = await fakeGateway();
  closed.push(gateway.close);
  return gateway;
}

test("the page and its events come through the gateway below /ui/, to whoever has the token that was printed", async () => {
  const gateway = await openGateway();
  expect((await ask(gateway, "/ui/")).status).toBe(404);
  await withPage(gateway, async (address) => {
    expect(address.href).toMatch(/^http:\/\/versioned-echo\.canary-lab\.localhost:\d+\/ui\/\?token=[\w-]{43}$/);
    expect(address.href).not.toContain(token);
    for (const path of ["/ui/", "/ui/events", "/ui/page.js", `/ui/?token=${token}`])
      expect((await ask(gateway, path)).status).toBe(401);
    expect(await ask(gateway, `/ui${address.search}`)).toMatchObject({
      status: 302,
      headers: { location: `/ui/${address.search}` },
    });
    const first = await ask(gateway, address.pathname + address.search);
    expect(first).toMatchObject({ status: 303, headers: { location: "./" } });
    const [cookie = "", ...attributes] = String(first.headers["set-cookie"]).split("; ");
    expect(cookie).toMatch(new RegExp(`^canaryctl-ui-${gateway.place.port}=`)); // the same after a restart
    expect(attributes).toEqual(["HttpOnly", "SameSite=Strict"]);
    expect((await ask(gateway, "/ui/", { cookie })).text).toContain('src="page.js"');
    const { headers, text } = await ask(gateway, "/ui/events", { cookie });
    expect(headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(text).toMatch(/^event: snapshot\ndata: \{"isReadOnly":true,"stack":"dev"/);
    expect((await ask(gateway, "/", { cookie })).status).toBe(404);
  });
  expect(gateway.objects.size).toBe(0);
  expect((await ask(gateway, "/ui/")).status).toBe(404);
});

test("it acts on nothing, and shows no other stack", async () => {
  const gateway = await openGateway();
  await withPage(gateway, async ({ search }) => {
    const bearer = { authorization: `Bearer ${new URLSearchParams(search).get("token")}` };
    const act = await ask(gateway, "/ui/acts", bearer, "POST");
    expect(act).toMatchObject({ status: 403, text: expect.stringMatching(/only shows[\s\S]*next: +npx canaryctl ui/) });
    const other = await ask(gateway, "/ui/events?stack=staging", bearer);
    expect(other).toMatchObject({
      status: 400,
      text: expect.stringMatching(/no stack staging\.[\s\S]*allowed: dev\n/),
    });
    expect((await ask(gateway, "/ui/events?app=orders", bearer)).text).toContain('"service":"orders"');
  });
});

test("who comes to the server by another name is refused, also with the token", async () => {
  const gateway = await openGateway();
  await withPage(gateway, async ({ search }) => {
    const [{ port = 0 } = {}] = (gateway.objects.get("EndpointSlice") as { ports?: { port: number }[] }).ports ?? [];
    const direct = { place: { ...gateway.place, host: "127.0.0.1", port } };
    expect((await ask(direct, `/${search}`)).status).toBe(403);
  });
});

test("what killed a run is taken over by the next, which a second one beside it is not", async () => {
  const gateway = await openGateway();
  const left = await openGateway();
  await withPage(left, async () => {
    for (const [kind, object] of left.objects) gateway.objects.set(kind, object);
  });
  expect((await ask(gateway, "/ui/")).status).toBe(503);
  await withPage(gateway, async () => {
    const second = withPage(gateway, async () => {});
    await expect(second).rejects.toThrow(/another server of the page already/);
    expect((await ask(gateway, "/ui/")).status).toBe(401);
  });
  expect(gateway.objects.size).toBe(0);
});

test("an interrupt before the gateway leads there serves nothing, and an error goes through", async () => {
  const gateway = await openGateway();
  const signal = AbortSignal.abort();
  await withPage(gateway, () => Promise.reject(new Error("served")), { signal });
  await expect(withPage(gateway, () => Promise.reject(new Error("served")))).rejects.toThrow("served");
  expect(gateway.objects.size).toBe(0);
  const place = { ...gateway.place, address: "192.0.2.1" };
  await expect(withPage(gateway, async () => {}, { place })).rejects.toThrow(/no address 192\.0\.2\.1/);
});
