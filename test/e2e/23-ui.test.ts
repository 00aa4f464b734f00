import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openBrowser } from "./support/browser.ts";
import type { Look, Page } from "./support/browser-types.ts";
import { startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, liveWeight, namespace } from "./support/lab.ts";
import { foreignListeners } from "./support/listeners.ts";
import { configuredWeight } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { axeFindings, heapOf, processorSeconds, type RunningUi, startUi } from "./support/ui.ts";
import { dotsOf, dragTo, looks, outcome, quiet, shareOfRoute, sliderValue } from "./support/ui-page.ts";
import { until } from "./support/until.ts";

/** How long the page is watched for growth, in minutes; 30 is the promise. */
const minutes = Number(process.env.UI_MINUTES ?? 0.5);
/** A folder for pictures of the page; none are taken without it. */
const pictures = process.env.UI_PICTURES;

const note = (line: string) => process.stderr.write(`${line}\n`);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

describePart("the live page", () => {
  // So long a bake time that the next step is refused, whatever was before.
  withStrategy({ ...startingPoint, plan: { weights: [10, 30, 50], bake: "10m" } });

  let chromium: Awaited<ReturnType<typeof openBrowser>>;
  let ui: RunningUi;
  let page: Page;

  const open = async (options: Look = looks.desktop, url = ui.url): Promise<Page> => {
    const opened = await (await chromium.browser.newContext(options)).newPage();
    await opened.goto(url);
    await opened.locator(".flow").waitFor();
    return opened;
  };
  const close = (opened: Page) => opened.context().close();
  const rollBack = async (opened: Page) => {
    await opened.getByRole("button", { name: "Roll back" }).click();
    await until("the traffic is back", async () => (await liveWeight()) === 0, { seconds: 15 });
  };

  beforeAll(async () => {
    chromium = await openBrowser();
    ui = await startUi("--port", "0");
    page = await open();
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await ui?.stop();
  }, 60_000);

  test("opens by the printed address alone, shows its first picture soon, and listens on loopback only", async () => {
    expect((await fetch(new URL("/", ui.url))).status).toBe(401);
    expect(page.url()).not.toContain("token");
    expect(foreignListeners()).toEqual([]);
    const paint = await page.evaluate<number | undefined>(
      `performance.getEntriesByName("first-contentful-paint")[0]?.startTime`,
    );
    note(`first paint after ${seconds(paint ?? Number.NaN)}`);
    expect(paint).toBeLessThan(3000); // 0.5 s on a machine that does nothing else
  });

  test("the slider moves the VirtualService, and the dots follow", async () => {
    await rollBack(page);
    await quiet(page);
    await shareOfRoute(page, 0).waitFor();
    const load = await startSteadyLoad();
    await until("stable dots", async () => (await dotsOf(page)).stable > 0);
    const before = await dotsOf(page);
    await dragTo(page, 30);
    const released = performance.now();
    await until("a dot in the canary's lane", async () => (await dotsOf(page)).canary > before.canary, {
      seconds: 20,
      everyMilliseconds: 20,
    });
    note(
      `the first dot came into the canary's lane ${seconds(performance.now() - released)} after the slider was let go of`,
    );
    expect(await liveWeight()).toBe(30);
    await shareOfRoute(page, 30).waitFor();
    await outcome(page, "set-traffic 70 30", "done").waitFor({ timeout: 60_000 });
    expect(configuredWeight()).toBe(30);

    const began = await dotsOf(page);
    await until("a thousand dots more", async () => {
      const { stable, canary } = await dotsOf(page);
      return stable + canary - began.stable - began.canary > 1000;
    });
    const ended = await dotsOf(page);
    const canary = ended.canary - began.canary;
    const share = canary / (canary + ended.stable - began.stable);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    const { failed, versions } = await load.stop();
    expect(failed).toBe(0);
    expect(versions.v2).toBeGreaterThan(0);
  }, 180_000);

  test("a refusal of the command is shown where the command was asked for, with what to run next", async () => {
    await page.getByRole("button", { name: "Promote to 50 %" }).click();
    const refused = outcome(page, "promote", "failed");
    await refused.waitFor({ timeout: 60_000 });
    expect(await refused.textContent()).toMatch(/error: [\s\S]*next: +npx canaryctl /);
    expect(await page.getByRole("status").allTextContents()).toContainEqual(
      expect.stringMatching(/^promote was refused or has failed\. error: /),
    );
    expect(await liveWeight()).toBe(30);
  }, 90_000);

  test("what a second operator moves is seen in both windows", async () => {
    const other = await open();
    expect((await canaryctl("set-traffic", "80", "20", "--reason", "a second operator")).exitCode).toBe(0);
    for (const window of [page, other]) {
      await shareOfRoute(window, 20).waitFor();
      await window.locator(".moves", { hasText: "a second operator" }).waitFor();
      await until("the slider follows", async () => (await sliderValue(window)) === 20);
    }
    await close(other);
  }, 90_000);

  test("the keys choose a share, and Enter moves the traffic to it", async () => {
    const slider = page.getByRole("slider");
    await slider.focus();
    for (let step = 0; step < 3; step++) await slider.press("ArrowLeft");
    expect(await liveWeight()).toBe(20);
    await slider.press("Enter");
    await outcome(page, "set-traffic 83 17", "done").waitFor({ timeout: 60_000 });
    expect(await liveWeight()).toBe(17);
  }, 90_000);

  test("a rollback waits for no other command, and loses no request", async () => {
    const load = await startSteadyLoad();
    await dragTo(page, 10);
    await outcome(page, "set-traffic 90 10", "running").waitFor();
    const clicked = performance.now();
    await rollBack(page);
    note(`the route was back ${seconds(performance.now() - clicked)} after the click, beside a move`);
    await quiet(page);
    expect(await liveWeight()).toBe(0);
    expect(configuredWeight()).toBe(0);
    const { failed, errors } = await load.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  }, 180_000);

  test("the switches set the faults of a side's pods", async () => {
    const faults = async () => {
      const read = `fetch("http://127.0.0.1:8080/faults").then((answer) => answer.text()).then(console.log)`;
      return JSON.parse(
        await kubectl("exec", "-n", namespace, "deployment/versioned-echo-v2", "-c", "echo", "--", "node", "-e", read),
      );
    };
    await page.getByRole("button", { name: "30 % errors" }).click();
    await outcome(page, "faults canary --error-rate 0.3", "done").waitFor();
    expect(await faults()).toMatchObject({ errorRate: 0.3 });
    await page.getByRole("button", { name: "Healthy" }).click();
    await outcome(page, "faults canary --none", "done").waitFor();
    expect(await faults()).toMatchObject({ errorRate: 0 });
  }, 60_000);

  test("an environment that is not up is told with what to run", async () => {
    const window = await open();
    await window.getByLabel("Environment").selectOption("prod");
    await window.locator(".trouble", { hasText: "canaryctl --stack prod up" }).waitFor();
    await close(window);
  }, 60_000);

  test("a page finds its server again after a restart", async () => {
    const { exitCode } = await ui.stop();
    expect(exitCode).toBe(0);
    await page.getByText("connection lost").waitFor();
    ui = await startUi("--port", String(ui.port));
    await page.getByText("live", { exact: true }).waitFor();
    expect((await canaryctl("set-traffic", "90", "10")).exitCode).toBe(0);
    await shareOfRoute(page, 10).waitFor();
  }, 120_000);

  test("a server for a projector shows, and refuses each act", async () => {
    const shown = await startUi("--read-only", "--port", "0");
    try {
      const window = await open(looks.projector, shown.url);
      expect(await window.getByRole("button").count()).toBe(0);
      expect(await window.getByRole("slider").count()).toBe(0);
      const act = `{ method: "POST", headers: { "content-type": "application/json" }, body: '{"name":"rollback"}' }`;
      const status = await window.evaluate<number>(`fetch("/acts", ${act}).then((answer) => answer.status)`);
      expect(status).toBe(403);
      expect(await liveWeight()).toBe(10);
      await close(window);
    } finally {
      await shown.stop();
    }
  }, 90_000);

  test("axe finds nothing, in each look", async () => {
    const load = await startSteadyLoad({ rate: 100 });
    for (const [name, options] of Object.entries(looks)) {
      const window = await open(options);
      await until("numbers of both versions", async () => (await window.locator(".interval").count()) === 4);
      expect([name, await axeFindings(window)]).toEqual([name, []]);
      if (pictures) {
        await pause(5000); // dots over the whole width, and a stretch of the chart
        await window.screenshot({ path: `${pictures}/ui-${name}.png` });
      }
      await close(window);
    }
    await load.stop();
  }, 180_000);

  test("who asks for less motion sees counts, and no dots", async () => {
    const load = await startSteadyLoad({ rate: 100 });
    const window = await open({ ...looks.desktop, reducedMotion: "reduce" });
    await window.locator(".flow canvas[aria-label*='requests per second to stable']").waitFor();
    await window.locator(".lane.stable .rate", { hasText: /^[1-9]\d* requests/ }).waitFor();
    expect(await dotsOf(window)).toEqual({ stable: 0, canary: 0 });
    await close(window);
    await load.stop();
  }, 60_000);

  test(
    `the page does not grow in ${minutes} minutes, and the server needs little`,
    async () => {
      const end = performance.now() + minutes * 60_000;
      const runLoad = async () => {
        const load = await startSteadyLoad();
        await pause(Math.max(0, Math.min(100_000, end - performance.now())));
        await load.stop();
      };
      await pause(5000);
      const [heap, used, began] = [await heapOf(page), processorSeconds(ui.pid), performance.now()];
      while (performance.now() < end) await runLoad();
      const part = (processorSeconds(ui.pid) - used) / ((performance.now() - began) / 1000);
      const growth = (await heapOf(page)) - heap;
      note(
        `the page's heap: ${(heap / 1e6).toFixed(1)} MB, then ${(growth / 1e6).toFixed(2)} MB more; the server: ${(100 * part).toFixed(1)} % of a core`,
      );
      expect(growth).toBeLessThan(2_000_000);
      expect(part).toBeLessThan(0.3); // 0.1 on a machine that does nothing else
    },
    (minutes + 3) * 60_000,
  );
});
