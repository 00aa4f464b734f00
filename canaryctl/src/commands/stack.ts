import { quoted } from "@canary-lab/kit/programs";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { isKnown, mustBeKnown, openFile } from "../choose-stack.ts";
import { examples, print, say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { bareStack } from "../this-stack.ts";
import { UsageError } from "../usage-error.ts";
import { isStackNamed, optionsOf } from "./arguments.ts";

interface NewOptions {
  readonly from?: string;
  readonly namespace?: string;
}

export function addStack(program: Command): void {
  const stack = program
    .command("stack")
    .description("environments: make one's file from another's, show all of them, take an image from one to the next")
    .addHelpText(
      "after",
      examples("canaryctl stack new qa --from staging", "canaryctl stack list", "canaryctl stack promote dev staging"),
    );
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
With --stack that one alone is read.
${examples("canaryctl stack list", "canaryctl stack list --json", "canaryctl stack list --stack prod")}`,
    )
    .action(async ({ json }: { readonly json?: boolean }, command: Command) => {
      const { listStacks } = await import("../stack/list-stacks.ts");
      const { entriesOf, stackTable } = await import("../stack/stack-table.ts");
      const named = isStackNamed(command) ? optionsOf(command).stack : undefined;
      const entries = entriesOf(await listStacks(named, say), named);
      // A stack that only the cluster knows is no other command's, and is shown.
      if (named !== undefined && entries.length === 0) await mustBeKnown(named, "--stack", "stack list");
      print(json ? [JSON.stringify(entries, null, 2)] : stackTable(entries));
      if (entries.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
  addPromotion(stack);
}

interface PromoteOptions {
  readonly force?: string;
}

function addPromotion(stack: Command): void {
  stack
    .command("promote")
    .description("make what runs in one stack the canary of another: the same digest, built once")
    .argument("<from>", "the stack whose stable side has the image")
    .argument("<to>", "the stack that gets it as its canary, at the share that its canary has; 0 where it has none")
    .option("--force <reason>", "also where the release there is not finished or was given up; the history keeps why")
    .addHelpText(
      "after",
      `
Refused where a canary still runs in the first stack, its release has failed or was rolled back, or its pods run different digests.
Refused, too, while another canary has traffic in the second; the canary that has the digest already stays as it is.
Where the two have different registries, crane or skopeo copies the image by its digest; credentials are those of \`docker login\`.
The history of the second stack keeps source, digest and commit.
${examples("canaryctl stack promote dev staging", "canaryctl stack promote staging prod --force 'hotfix of CVE-1'")}`,
    )
    .action(async (from: string, to: string, { force }: PromoteOptions) => {
      if (force !== undefined && force.trim() === "") {
        throw new UsageError("--force goes past what is known of the release, and nobody would know why.", {
          allowed: "--force with a reason",
          next: "npx canaryctl stack promote --help",
        });
      }
      const named = [
        [from, "the first stack"],
        [to, "the second stack"],
      ] as const;
      const [source, target] = named.map(([name, place]) => openFile(name, place));
      if (source?.stack === target?.stack) {
        throw new UsageError(`${from} and ${to} are one stack.`, {
          allowed: "two stacks",
          next: "npx canaryctl stack list",
        });
      }
      for (const [name, place] of named) await mustBeKnown(name, place, "stack promote");
      const { promoteStack } = await import("../stack/promote-stack.ts");
      print([await promoteStack(from, to, force)]);
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
