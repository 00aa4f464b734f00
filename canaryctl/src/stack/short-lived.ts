import { rmSync } from "node:fs";
import { readIfThere } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import { mustBeKnown } from "../choose-stack.ts";
import { say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { UsageError } from "../usage-error.ts";
import { fileFault } from "../without-file.ts";
import { makeStackFile } from "./new-stack.ts";
import { isShortLived } from "./stack-text.ts";

/**
 * Makes the file of a stack that nobody commits, as that of a pull request, from another stack's. One that is there stays as it is: `up` is
 * repeated, for each commit.
 *
 * @returns what takes the file away again; nothing where it was there
 * @throws as {@link makeStackFile}; UsageError where `from` is no stack, or no stack is to be made
 */
export async function makeShortLived(
  { stack, ns, create }: { readonly stack: string; readonly ns?: string; readonly create?: boolean },
  from: string,
): Promise<() => void> {
  if (!create) {
    throw new UsageError("--from makes the file of a new stack.", {
      allowed: "--from with --create",
      next: `npx canaryctl up --create --from ${quoted(from)}`,
    });
  }
  const file = new StackFile(stack);
  if (file.exists()) {
    say(`${file.name} is there already, and stays as it is.`);
    return () => {};
  }
  await mustBeKnown(from, "--from", "up");
  const { notes } = await makeStackFile(file, {
    from: new StackFile(from),
    ...(ns !== undefined && { namespace: ns }),
    isShortLived: true,
  });
  for (const note of notes) say(note);
  return () => rmSync(file.path, { force: true });
}

/** What becomes of a removed stack's file: a short-lived one goes, of another the line that ties it to one passphrase, where nothing needs it. */
export function leaveFile(file: StackFile): void {
  if (isShortLived(readIfThere(file.path) ?? "")) rmSync(file.path, { force: true });
  else if (!fileFault(file) && !file.hasSecrets()) file.dropSalt();
}
