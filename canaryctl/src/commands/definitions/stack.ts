import type { Command } from "commander";
import { examples } from "../arguments.ts";
import type { ListOptions, NewOptions, PromoteOptions } from "../stack.ts";

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
    .action(async (name: string, options: NewOptions) => (await import("../stack.ts")).makeNew(name, options));
  stack
    .command("list")
    .alias("ls")
    .description("show all stacks of files, state and cluster: images, weights wanted and live, last move, drift")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
All are read side by side, each with its services, which stand below it as \`dev/orders\`. What is wrong with one is told of that one, and the exit code is 1 then.
With --stack that one alone is read.
${examples("canaryctl stack list", "canaryctl stack list --json", "canaryctl stack list --stack prod")}`,
    )
    .action(async (options: ListOptions, command: Command) => (await import("../stack.ts")).list(options, command));
  addPromotion(stack);
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
With --app of a service it is about that service of both stacks.
Where the two have different registries, crane or skopeo copies the image by its digest; credentials are those of \`docker login\`.
The history of the second stack keeps source, digest and commit.
${examples("canaryctl stack promote dev staging", "canaryctl stack promote staging prod --force 'hotfix of CVE-1'", "canaryctl stack promote dev staging --app orders")}`,
    )
    .action(async (from: string, to: string, options: PromoteOptions, command: Command) =>
      (await import("../stack.ts")).promote(from, to, options, command),
    );
}
