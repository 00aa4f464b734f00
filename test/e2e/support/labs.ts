import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { readPages } from "../../../canaryctl/src/lab-course/course.ts";
import type { LabPage } from "../../../canaryctl/src/lab-course/page.ts";
import { runSection } from "../../../canaryctl/src/lab-course/run-section.ts";
import { bashShell } from "../../../canaryctl/src/lab-course/shell.ts";
import { StackFile } from "../../../canaryctl/src/stack-file.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { userEnvironment } from "./command.ts";
import { backToStart } from "./configure.ts";
import { requireLab } from "./lab.ts";
import { note } from "./rollout.ts";
import { editConfig } from "./stack-config.ts";

/** Tests that execute the pages of these labs, each in a terminal of its own, from the starting point and back to it. */
export function testLabs(first: number, last: number): void {
  let isAtStart = false;

  beforeAll(requireLab, 60_000);

  // A lab that failed may have left anything.
  beforeEach(async () => {
    if (!isAtStart) await backToStart();
    isAtStart = false;
  }, 1_800_000);

  // So that what is left of a lab that failed is not the next file's.
  afterAll(async () => {
    if (isAtStart) return;
    editConfig({ monitoring: undefined, objective: undefined, rollouts: undefined });
    await backToStart();
  }, 600_000);

  for (const page of readPages().filter(({ number }) => number >= first && number <= last))
    test(`lab ${page.number}: ${page.title}`, async () => {
      const config = readConfig();
      const began = Date.now();
      const faults = await execute(page);
      note(`lab ${page.number} took ${Math.round((Date.now() - began) / 1000)} s`);
      if (faults.length > 0) throw new Error(faults.join("\n\n"));
      expect(readConfig()).toEqual(config);
      isAtStart = true;
    }, 3_600_000);
}

/** Executes all sections of a page, the undo too, whatever is wrong before it. */
async function execute(page: LabPage): Promise<readonly string[]> {
  const print = (text: string) => void process.stderr.write(text);
  const shell = bashShell(userEnvironment(), print);
  const faults: string[] = [];
  try {
    for (const section of page.sections) {
      print(`# ${page.file}: ${section.title}\n`);
      faults.push(...(await runSection(page, section, { shell, say: (line) => print(`${line}\n`) })));
    }
  } finally {
    await shell.end();
  }
  return faults;
}

/** The dev stack's config, defaults included. What the last release was matters to a rollback only, and no lab takes that back. */
function readConfig(): object {
  const file = new StackFile("dev");
  const { previousImage: _, ...config } = parseConfig(file.values(), {}, file.name);
  return config;
}
