import { mustBeUp } from "../test/e2e/support/configure.ts";
import { fullStack, isFullStackReady } from "../test/e2e/support/full-stack.ts";
import { canaryctl, down, pulumi, up } from "../test/e2e/support/lab.ts";
import { editConfig, keepConfig } from "../test/e2e/support/stack-config.ts";
import { until } from "../test/e2e/support/until.ts";
import { measureMemory } from "./memory.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** The lab with monitoring and Rollouts: from nothing running to all of it ready, then idle, then with nothing to do. */
export async function measureFullStack(runs: number): Promise<readonly Row[]> {
  const restore = keepConfig();
  editConfig(fullStack);
  await mustBeUp(); // builds the tools where they are not there
  try {
    const ready = await repeat(Math.max(1, Math.floor(runs / 3)), async () => {
      secondsOf(await down());
      const outcome = await up();
      secondsOf(outcome);
      await until("the whole stack is ready", isFullStackReady, { seconds: 240 });
      return (Date.now() - outcome.began) / 1000;
    });
    const memory = await measureMemory(3);
    const commands = { "canaryctl up": () => canaryctl("up"), "pulumi up": () => pulumi("up", "--yes") };
    const idle: Row[] = [];
    for (const [name, command] of Object.entries(commands)) {
      const values = await repeat(runs, async () => secondsOf(await command()));
      idle.push({ what: `\`${name}\` of the whole stack with nothing to do`, values, unit: "s", atMost: 5 });
    }
    return [
      { what: "warm `npm run up` of the whole stack, to all pods ready", values: ready, unit: "s", atMost: 240 },
      { ...memory, what: "memory of the whole stack, idle (PSS of all its processes)", atMost: 4 },
      ...idle,
    ];
  } finally {
    restore();
    await mustBeUp();
  }
}
