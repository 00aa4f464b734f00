import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { askByName } from "./support/ask-by-name.ts";
import { openBrowser } from "./support/browser.ts";
import { startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { askGateway } from "./support/gateway.ts";
import { canaryctl, kubectl, liveRoute, liveWeight, namespace } from "./support/lab.ts";
import { foreignListeners } from "./support/listeners.ts";
import { refusalFault } from "./support/refusal.ts";
import { withStrategy } from "./support/strategy.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { type RunningUi, startUi } from "./support/ui.ts";
import { looks } from "./support/ui-page.ts";
import { until } from "./support/until.ts";
import { istioFindings } from "./support/validators.ts";

const kinds = "virtualservices.networking.istio.io,gateways.networking.istio.io,services,endpointslices";

/** What of the page is in the cluster. */
const objects = async (): Promise<readonly string[]> =>
  (await kubectl("get", kinds, "-n", namespace, "-l", "app=versioned-echo-ui", "-o", "name"))
    .split("\n")
    .filter(Boolean);

const start = (): Promise<RunningUi> => startUi("--gateway", "--port", "0");

describePart("the live page through the ingress gateway", () => {
  withStrategy(startingPoint);

  let ui: RunningUi;
  let address: URL;
  /** The gateway's answer below the host of the page. */
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    askByName({ host: address.hostname, port: Number(address.port) }, path, { headers, method });
  const isGone = () => until("the gateway forgets the page", async () => (await ask("/ui/")).status === 404);

  beforeAll(async () => {
    ui = await start();
    address = new URL(ui.gatewayUrl ?? "");
  }, 90_000);

  afterAll(async () => {
    await ui?.stop();
  }, 60_000);

  test("without its token it gives nothing, with it the page and its events come below /ui/", async () => {
    expect(address.hostname).toBe(`versioned-echo.${namespace}.localhost`);
    const loopbackToken = new URL(ui.url).search;
    for (const path of ["/ui/", "/ui/events", "/ui/page.js", `/ui/${loopbackToken}`])
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    expect((await ask("/")).status).toBe(404);
    const folder = await ask(`/ui${address.search}`);
    expect([folder.status, new URL(String(folder.headers.location), address).href]).toEqual([302, address.href]);
    const first = await ask(`/ui/${address.search}`);
    expect([first.status, new URL(String(first.headers.location), address).pathname]).toEqual([303, "/ui/"]);
    const [cookie = ""] = String(first.headers["set-cookie"]).split(";");
    expect((await ask("/ui/", { cookie })).text).toContain("page.js");
    const { headers, text } = await ask("/ui/events", { cookie });
    expect(headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(text).toMatch(/^event: snapshot\ndata: \{"isReadOnly":true,"stack":"dev"/);
    expect(foreignListeners()).toEqual([]);
  }, 60_000);

  test("a browser shows the release by it, and nothing to act with; what acts is refused", async () => {
    const [chromium, before] = [await openBrowser(), await liveWeight()];
    try {
      const page = await (await chromium.browser.newContext(looks.projector)).newPage();
      await page.goto(address.href);
      await page.locator(".flow").waitFor();
      await page.getByText("live", { exact: true }).waitFor();
      expect(page.url()).toBe(new URL("/ui/", address).href);
      expect(await page.getByRole("button").count()).toBe(0);
      expect(await page.getByRole("slider").count()).toBe(0);
      const act = `{ method: "POST", headers: { "content-type": "application/json" }, body: '{"name":"rollback"}' }`;
      expect(await page.evaluate<number>(`fetch("acts", ${act}).then((answer) => answer.status)`)).toBe(403);
      expect(await liveWeight()).toBe(before);
    } finally {
      await chromium.close();
    }
  }, 120_000);

  test("the application answers as before, and neither the lab nor Istio has anything against the page's route", async () => {
    const port = Number(address.port);
    const { v1 = 0, v2 = 0, ...others } = await askGateway({ port, requests: 400 });
    expect([v1 + v2, others]).toEqual([400, {}]);
    const status = await canaryctl("status");
    expect([status.exitCode, /versioned-echo-ui/.test(status.output)]).toEqual([0, false]);
    expect(await istioFindings(namespace)).toEqual([]);
  }, 120_000);

  test("a second one is refused while the first is there, which goes on", async () => {
    const second = await canaryctl("ui", "--gateway", "--port", "0");
    expect(refusalFault(second, /another server of the page already/)).toBeUndefined();
    expect((await objects()).length).toBe(4);
    expect((await ask("/ui/")).status).toBe(401);
  }, 60_000);

  test("Ctrl-C takes it away again, and no request of the application is lost meanwhile", async () => {
    const load = await startSteadyLoad();
    const before = JSON.stringify((await liveRoute()).spec);
    const { exitCode } = await ui.stop();
    expect(exitCode).toBe(0);
    expect(await objects()).toEqual([]);
    await isGone();
    expect(JSON.stringify((await liveRoute()).spec)).toBe(before);
    const { failed, errors } = await load.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  }, 90_000);

  test("what a killed one has left is taken over by the next, by the same address", async () => {
    const killed = await start();
    await killed.kill();
    expect((await objects()).length).toBe(4);
    ui = await start();
    expect(ui.gatewayUrl).toBe(killed.gatewayUrl);
    expect((await ask("/ui/")).status).toBe(401);
    expect((await ui.stop()).exitCode).toBe(0);
    expect(await objects()).toEqual([]);
    await isGone();
  }, 180_000);
});
