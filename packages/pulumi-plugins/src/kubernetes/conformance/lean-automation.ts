import { inLab } from "../../../../../cluster/lab-folder.ts";

// Loaded into the recorder's driver before it starts (`--import`), where nothing of it can be changed. A step is one operation, but
// the Automation API starts the CLI up to five times more for it: for its version, to select the stack, and for outputs and a
// history that the driver throws away.

const caseAt = process.argv.indexOf("--one") + 1;

if (caseAt > 0) {
  delete process.env.NODE_OPTIONS; // this is for the driver of one case, not for the plugins that the engine starts below it
  // What kubectl says of a kind whose CRD is gone depends on which kinds it remembers, and another case's kubectl would refresh that.
  process.env.KUBECACHEDIR = inLab("conformance", "kubectl", process.argv[caseAt] ?? "");

  const { LocalWorkspace, PulumiCommand, Stack } = await import("@pulumi/pulumi/automation/index.js");

  const find = PulumiCommand.get.bind(PulumiCommand);
  let command: ReturnType<typeof find> | undefined;
  PulumiCommand.get = (options) => {
    command ??= find(options);
    return command;
  };

  // The driver begins each case without a state, and each operation names its stack: one has to be made, and never to be selected.
  const there = new Set<string>();
  LocalWorkspace.prototype.selectStack = async function (name) {
    if (there.has(name)) return;
    await this.createStack(name);
    there.add(name);
  };

  Stack.prototype.outputs = async () => ({});
  Stack.prototype.info = async () => undefined;
}
