import { canaryctl, requireLab } from "../e2e/support/lab.ts";
import { keepConfig } from "../e2e/support/stack-config.ts";
import { type Fault, type Row, renderTable } from "./fault.ts";
import { ofCertificates } from "./of-certificates.ts";
import { ofCommands } from "./of-commands.ts";
import { ofObjects } from "./of-objects.ts";
import { ofTheCanary } from "./of-the-canary.ts";
import { ofTheCluster } from "./of-the-cluster.ts";
import { ofTheDisk } from "./of-the-disk.ts";
import { tryFault } from "./try-fault.ts";

const usage = `npm run faults -- [words…]
Makes faults of the embedded lab that is up, one after the other, each under 300 requests per second, and prints a table.
words      only faults whose names contain one of them; default: all`;

const faults: readonly Fault[] = [
  ...ofTheCanary,
  ...ofObjects,
  ...ofCommands,
  ...ofTheCluster,
  ...ofCertificates,
  ...ofTheDisk,
];

async function main(words: readonly string[]): Promise<void> {
  const chosen = faults.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (words.some((word) => word.startsWith("-")) || chosen.length === 0) {
    console.error(usage);
    process.exitCode = words.includes("--help") ? 0 : 2;
    return;
  }
  await requireLab();
  const restore = keepConfig();
  const rows: Row[] = [];
  try {
    for (const fault of chosen) {
      process.stderr.write(`# ${fault.name}\n`);
      rows.push(await tryFault(fault));
    }
  } finally {
    restore();
    await canaryctl("up");
    console.log(renderTable(rows)); // what was seen before one failed is worth having
  }
  const wrong = rows.filter((row) => row.wrong.length > 0);
  console.log(`\n${rows.length - wrong.length} of ${rows.length} faults as they must be.`);
  if (wrong.length > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));
