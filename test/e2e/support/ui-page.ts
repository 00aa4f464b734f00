import type { Locator, Look, Page } from "./browser-types.ts";

const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: "light" } as const;

/** The windows that the page is shown in. */
export const looks = {
  desktop,
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true },
  dark: { ...desktop, colorScheme: "dark" },
  projector: { viewport: { width: 1920, height: 1080 }, colorScheme: "dark" },
} as const satisfies Readonly<Record<string, Look>>;

/** The newest line of the page about a command in this state. */
export const outcome = (page: Page, command: string, state: "running" | "done" | "failed"): Locator =>
  page.locator(`.outcomes li.${state}`, { hasText: command }).first();

/** The canary's lane, where it names this share of the route. */
export const shareOfRoute = (page: Page, percent: number): Locator =>
  page.locator(".lane.canary", { hasText: new RegExp(`route ${percent}\\s%`) });

/** Waits until no command of the page runs any more. */
export const quiet = (page: Page): Promise<void> =>
  page.locator(".outcomes li.running").first().waitFor({ state: "detached", timeout: 60_000 });

/** The canary's share at which the slider of a page stands. */
export const sliderValue = async (page: Page): Promise<number> => Number(await page.getByRole("slider").inputValue());

/** Drags the slider with the mouse to a share of the canary, and lets go of it. */
export async function dragTo(page: Page, percent: number): Promise<void> {
  const slider = page.getByRole("slider");
  const box = await slider.boundingBox();
  if (!box) throw new Error("The slider is not shown.");
  const from = await sliderValue(page);
  // The middle of its thumb, which is 16 pixels wide, goes from one end to the other.
  const at = (value: number) => box.x + 8 + ((box.width - 16) * value) / 100;
  const y = box.y + box.height / 2;
  await page.mouse.move(at(from), y);
  await page.mouse.down();
  await page.mouse.move(at(percent), y, { steps: 5 });
  // Pixels are coarser than percents: the keys do the rest before it is let go of.
  for (let step = 0; step < 5; step++) {
    const value = await sliderValue(page);
    if (value === percent) break;
    await page.keyboard.press(value < percent ? "ArrowRight" : "ArrowLeft");
  }
  await page.mouse.up();
}

/** Requests that were shown as dots so far, by side. */
export async function dotsOf(page: Page): Promise<{ readonly stable: number; readonly canary: number }> {
  const canvas = page.locator(".flow canvas");
  const [stable, canary] = await Promise.all([canvas.getAttribute("data-stable"), canvas.getAttribute("data-canary")]);
  return { stable: Number(stable ?? 0), canary: Number(canary ?? 0) };
}
