import { type LoadCommand, type LoadOptions, parseLoadOptions, usage } from "./load-options.ts";
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

/** Idles as a pod's main process, which gets no default handling of signals: without a handler SIGTERM would be ignored. It says when it has one. */
function waitForSignal(): void {
  const idle = setInterval(() => {}, 2 ** 30);
  const stop = () => clearInterval(idle);
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  console.error("waiting");
}

/** Runs the load and prints its summary as one line of JSON; whoever will end it is told when it begins. */
async function run(options: LoadOptions): Promise<void> {
  const enough = new AbortController();
  if (options.endsWithInput) console.error("sending");
  const input = options.endsWithInput ? process.stdin.on("end", () => enough.abort()).resume() : undefined;
  console.log(JSON.stringify(await runLoad(options, enough.signal)));
  input?.destroy(); // an input that is still open would keep the process
}

const command = readCommand();
if (command?.kind === "wait") waitForSignal();
if (command?.kind === "run") await run(command.options);
