import { type Command, InvalidArgumentError } from "commander";
import { duration, examples, reader, wholeNumber } from "../arguments.ts";

const loadTime = reader((text) => {
  const seconds = duration(text);
  if (seconds >= 1 && seconds <= 1800) return seconds;
  throw new InvalidArgumentError("Allowed: a time from 1s to 30m.");
}, duration.meant);

export function addLoad(program: Command): void {
  program
    .command("load")
    .description("send requests from the lab's client for a while, and show who answers: the judge needs traffic")
    .option("--rate <number>", "requests in a second, 1 to 500 (50)", wholeNumber(1, 500))
    .option("--for <duration>", "how long, 1s to 30m (60s)", loadTime)
    .addHelpText(
      "after",
      `
Goes to the application's Service, as its callers in the mesh do. A line each 5 s: requests, those that failed, who answered below 500, p95.
What else is sent from the client's pod meanwhile, such as by \`status --traffic\`, is counted along, and its number told.
${examples("canaryctl load", "canaryctl load --rate 200 --for 5m")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../load.ts")).run(command));
}
