import { getOneMessage } from "execa";
import { main } from "../main.ts";

// What the acts of the page need is loaded before one is asked for: a rollback then begins at once.
await Promise.all([
  import("../commands/rollback.ts"),
  import("../commands/set-traffic.ts"),
  import("../commands/promote.ts"),
  import("../commands/controller-commands.ts"),
  import("../choose-stack.ts"),
  import("../history/record.ts"),
]);

// Without its server there is nothing to do.
const words = await getOneMessage({ reference: true }).catch(() => process.exit());
// The engine's history, and the next steps of some refusals, have the command line.
process.argv.splice(2, Number.POSITIVE_INFINITY, ...(words as readonly string[]));
await main(process.argv);
