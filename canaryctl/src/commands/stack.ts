import { quoted } from "@canary-lab/kit/programs";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { isKnown, mustBeKnown, openFile } from "../choose-stack.ts";
import { examples, print } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { bareStack } from "../this-stack.ts";

interface NewOptions {
  readonly from?: string;
  readonly namespace?: string;
}

export function addStack(program: Command): void {
  const stack = program
    .command("stack")
    .description("environments: make one's file from another's, and show all of them")
    .addHelpText("after", examples("canaryctl stack new qa --from staging", "canaryctl stack list"));
  stack
    .command("new")
    .description("write Pulumi.<name>.yaml from another stack's file; `up` makes the stack")
    .argument("<name>")
    .option("--from <stack>", "the other stack; by default the one that a command without --stack means")
    .option("--namespace <name>", "its namespace, and with it its host; by default canary-lab-<name>")
    .addHelpText(
      "after",
      `
It has its own namespace, and so its own host; comments and all other keys stay. It stands on the platform of the other stack, and begins
with all traffic on the stable side. A name that a stack has, and a namespace that is another's, are refused.
For a pull request, without a file that is committed: canaryctl --stack pr-12 up --create --from dev; \`down\` takes it away.
${examples("canaryctl stack new qa", "canaryctl stack new prod-eu --from prod --namespace shop-eu")}`,
    )
    .action(async (name: string, options: NewOptions) => print([await newStack(name, options)]));
  stack
    .command("list")
    .description("show all stacks of files, state and cluster: images, weights wanted and live, last move, drift")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
All are read side by side. What is wrong with one is told of that one, and the exit code is 1 then.
${examples("canaryctl stack list", "canaryctl stack list --json")}`,
    )
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { listStacks } = await import("../stack/list-stacks.ts");
      const { stackTable } = await import("../stack/stack-table.ts");
      const entries = await listStacks();
      print(json ? [JSON.stringify(entries, null, 2)] : stackTable(entries));
      if (entries.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
}

async function newStack(name: string, { from, namespace }: NewOptions): Promise<string> {
  const { alreadyThere, makeStackFile } = await import("../stack/new-stack.ts");
  const file = openFile(name, "the name");
  if (await isKnown(file, "the name")) throw alreadyThere(file, file.exists() ? file.name : "the state");
  const other = from ?? bareStack().reference;
  await mustBeKnown(other, "--from", "stack new");
  const made = await makeStackFile(file, {
    from: new StackFile(other),
    ...(namespace !== undefined && { namespace }),
    isShortLived: false,
  });
  const { platform, notes } = made;
  return withNext(
    [
      ...notes,
      `${file.name} is made from Pulumi.${new StackFile(other).stack}.yaml: namespace ${made.namespace}, on the platform of stack ${platform}, all traffic on the stable side.`,
    ].join("\n"),
    `npx canaryctl --stack ${quoted(name)} up`,
  );
}
