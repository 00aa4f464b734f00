import { type LoadCommand, parseLoadOptions, usage } from "./load-options.ts";
import { runLoad } from "./load-run.ts";

function readCommand(): LoadCommand | undefined {
  try {
    return parseLoadOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

/** Idles as a pod's main process, which gets no default handling of signals: without a handler SIGTERM would be ignored. */
function waitForSignal(): void {
  const idle = setInterval(() => {}, 2 ** 30);
  const stop = () => clearInterval(idle);
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

const command = readCommand();
if (command?.kind === "wait") waitForSignal();
if (command?.kind === "run") console.log(JSON.stringify(await runLoad(command.options)));
