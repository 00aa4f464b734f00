import { getOneMessage } from "execa";

// What moves and rollbacks need is loaded before one is asked for, and the reader of the config used once: they then begin at once.
await import("../../../stacks/not-loaded.ts");
const { main } = await import("../main.ts");
await Promise.all([
  import("../commands/rollback.ts"),
  import("../commands/set-traffic.ts"),
  import("../commands/promote.ts"),
  import("../commands/controller-commands.ts"),
  import("../choose-stack.ts"),
  import("../history/record.ts"),
  import("../move-turn.ts"),
  import("../strategies/weights/may-rise.ts"),
  import("../strategies/weights/move-traffic.ts"),
  import("@canary-lab/kit/kube/port-forward").then(({ loadSockets }) => loadSockets()),
  import("../../../stacks/config/parse-config.ts").then(({ configProblems, schemaDefaults }) =>
    configProblems(schemaDefaults()),
  ),
]);

// Without its server there is nothing to do.
const words = await getOneMessage({ reference: true }).catch(() => process.exit());
// The engine's history, and the next steps of some refusals, have the command line.
process.argv.splice(2, Number.POSITIVE_INFINITY, ...(words as readonly string[]));
await main(process.argv);
