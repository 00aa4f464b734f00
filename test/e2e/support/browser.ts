import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onPath } from "@canary-lab/kit/programs";
import type { Browser, Playwright } from "./browser-types.ts";

const require = createRequire(import.meta.url);

/** The names by which distributions have it. */
const names = ["chromium", "chromium-browser", "google-chrome"];

function chromiumFile(): string {
  const { CANARY_CHROMIUM, PATH } = process.env;
  const found = CANARY_CHROMIUM ?? names.map((name) => onPath(name, PATH)).find(Boolean);
  if (found) return found;
  throw new Error(`None of ${names.join(", ")} is on PATH: apt-get install chromium, or name one by CANARY_CHROMIUM.`);
}

/** A real browser without a window, whose profile and home are gone when it is closed. */
export async function openBrowser(): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "canary-lab-browser-"));
  const remove = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const { chromium } = require("playwright-core") as Playwright;
    const browser = await chromium.launch({
      executablePath: chromiumFile(),
      headless: true,
      args: ["--no-sandbox", "--disable-dev-shm-usage"], // as root, and in a container
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
    return {
      browser,
      close: async () => {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
