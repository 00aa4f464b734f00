import type { AddressInfo } from "node:net";
import { buildApp } from "./app.ts";
import { parameterDefaults } from "./question.ts";
import { parseSettings, type Settings } from "./settings.ts";

const say = (event: string, details: object = {}) => console.log(JSON.stringify({ event, ...details }));

function readSettings(): Settings | undefined {
  try {
    return parseSettings(process.env);
  } catch (error) {
    console.error(`judge cannot start:\n${(error as Error).message}`);
    process.exitCode = 1;
    return undefined;
  }
}

async function serve({ host, port, ...settings }: Settings): Promise<void> {
  const app = buildApp({ ...settings, defaults: parameterDefaults(process.env) });
  await app.listen({ host, port });
  say("listening", { port: (app.server.address() as AddressInfo).port });
  const stop = async (signal: string) => {
    say("stopping", { signal });
    await app.close();
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

const settings = readSettings();
if (settings) await serve(settings);
