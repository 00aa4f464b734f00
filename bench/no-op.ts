import { type Outcome, run } from "../test/e2e/support/command.ts";
import { canaryctl, kubectl, namespace, pulumi } from "../test/e2e/support/lab.ts";
import type { EmptyProgram } from "./empty-program.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Floor, Row } from "./table.ts";

/** The commands that change nothing, beside a Node.js that does nothing. */
export async function measureLook(runs: number): Promise<readonly Row[]> {
  const take = (command: () => Promise<Outcome>) => repeat(runs, async () => secondsOf(await command()));
  const floors = [
    { name: "`node -e 0`", values: await take(() => run(process.execPath, ["-e", "0"])), unit: "s" } as const,
  ];
  return [
    { what: "`canaryctl status`", values: await take(() => canaryctl("status")), unit: "s", floors, atMost: 0.6 },
    { what: "`canaryctl --help`", values: await take(() => canaryctl("--help")), unit: "s", floors, atMost: 0.2 },
  ];
}

/** `up` and `preview` of a lab that stands as configured. `canaryctl up` also looks after the cluster and measures the split. */
export async function measureNoOp(runs: number, empty: EmptyProgram): Promise<readonly Row[]> {
  const take = (command: () => ReturnType<typeof canaryctl>) => repeat(runs, async () => secondsOf(await command()));
  const floor = async (...args: readonly string[]): Promise<Floor> => ({
    name: `\`pulumi ${args[0]}\`, empty program`,
    values: await repeat(runs, () => empty.seconds(...args)),
    unit: "s",
  });
  const up = [await floor("up", "--yes")];
  const preview = [await floor("preview")];
  const row = async (
    what: string,
    command: () => ReturnType<typeof canaryctl>,
    floors: readonly Floor[],
  ): Promise<Row> => ({
    what: `${what} with nothing to do`,
    values: await take(command),
    unit: "s",
    floors,
    atMost: 4,
  });
  const afterDrift = async () => {
    await kubectl("-n", namespace, "delete", "destinationrule", "versioned-echo");
    return canaryctl("up");
  };
  return [
    await row("`canaryctl up`", () => canaryctl("up"), up),
    { ...(await row("", afterDrift, up)), what: "`canaryctl up` that puts back a DestinationRule", atMost: 4.5 },
    await row("`pulumi up`", () => pulumi("up", "--yes"), up),
    { ...(await row("`canaryctl preview`", () => canaryctl("preview"), preview)), atMost: 2.5 },
  ];
}
