import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buildApp } from "./app.ts";
import { drain, type Lifecycle } from "./drain.ts";
import { parseSettings, type Settings } from "./settings.ts";

const say = (event: string, details: object = {}) => console.log(JSON.stringify({ event, ...details }));

function readSettings(): Settings | undefined {
  try {
    return parseSettings(process.env);
  } catch (error) {
    console.error(`versioned-echo cannot start:\n${(error as Error).message}`);
    process.exitCode = 1;
    return undefined;
  }
}

async function serve(settings: Settings): Promise<void> {
  const { version, faults } = settings;
  const lifecycle: Lifecycle = { draining: false };
  const crash = () => {
    say("crash", { version });
    process.exit(1);
  };
  const app = buildApp({ version, faults, lifecycle, crash });
  app.listen({ host: settings.host, port: settings.port });
  await once(app, "listening");
  say("listening", { version, port: (app.address() as AddressInfo).port });

  if (settings.crashAfterMilliseconds !== undefined) setTimeout(crash, settings.crashAfterMilliseconds);
  const stop = async (signal: string) => {
    if (lifecycle.draining) return;
    say("draining", { version, signal });
    const finished = await drain(app, lifecycle, settings.drainDelayMilliseconds);
    say("stopped", { version, finished });
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

const settings = readSettings();
if (settings) await serve(settings);
