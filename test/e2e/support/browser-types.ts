/** What the tests use of playwright-core. Its own types bring the browser's globals along, into each file of the repository. */
export interface Locator {
  first(): Locator;
  waitFor(options?: { readonly state?: "detached"; readonly timeout?: number }): Promise<void>;
  textContent(): Promise<string | null>;
  allTextContents(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  count(): Promise<number>;
  click(): Promise<void>;
  focus(): Promise<void>;
  press(key: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  inputValue(): Promise<string>;
  boundingBox(): Promise<{
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null>;
}

export interface Page {
  goto(url: string): Promise<unknown>;
  url(): string;
  locator(selector: string, options?: { readonly hasText?: string | RegExp }): Locator;
  getByRole(role: string, options?: { readonly name: string }): Locator;
  getByLabel(text: string): Locator;
  getByText(text: string, options?: { readonly exact: boolean }): Locator;
  /** @param script an expression, for the debugger: the page's policy does not bind it */
  evaluate<T>(script: string): Promise<T>;
  screenshot(options: { readonly path: string }): Promise<unknown>;
  context(): BrowserContext;
  readonly keyboard: { press(key: string): Promise<void> };
  readonly mouse: {
    move(x: number, y: number, options?: { readonly steps: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
}

export interface BrowserContext {
  newPage(): Promise<Page>;
  newCDPSession(page: Page): Promise<{
    send(method: "HeapProfiler.collectGarbage"): Promise<unknown>;
    send(method: "Runtime.getHeapUsage"): Promise<{ readonly usedSize: number }>;
    detach(): Promise<void>;
  }>;
  close(): Promise<void>;
}

/** How a window is. */
export interface Look {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
  readonly reducedMotion?: "reduce";
  readonly isMobile?: boolean;
  readonly hasTouch?: boolean;
}

export interface Browser {
  newContext(look: Look): Promise<BrowserContext>;
  close(): Promise<void>;
}

export interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly headless: boolean;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string | undefined>>;
    }): Promise<Browser>;
  };
}
