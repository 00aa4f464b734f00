import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { schema } from "../../../stacks/config/schema.ts";
import { parseOnly } from "../canaryctl/parse-only.ts";
import type { ShellCommand } from "./commands-in.ts";

const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));

/** Why a command cannot be meant; undefined for one that can. */
export async function faultOf({ program, words }: ShellCommand): Promise<string | undefined> {
  if (program === "npm") {
    const [verb, script = ""] = words;
    return verb === "run" && !(script in scripts) ? `there is no script ${script}` : undefined;
  }
  const [verb, part] = words.filter((word) => word !== "--path");
  if (program === "pulumi") return verb === "config" && part === "set" ? configFault(words.slice(2)) : undefined;
  try {
    await parseOnly(words);
  } catch (error) {
    return (error as Error).message;
  }
  return verb === "config" && part === "set" ? configFault(words.slice(2)) : undefined;
}

/** Of keys with values, or one path with its value. */
function configFault(words: readonly string[]): string | undefined {
  const isPath = words[0] === "--path";
  const pairs = isPath ? words.slice(1) : words;
  for (let index = 0; index < pairs.length; index += 2) {
    const [path = "", value = ""] = pairs.slice(index, index + 2);
    if (/^[A-Z]/.test(path)) continue; // KEY VALUE: the user's own
    const [key = "", ...fields] = isPath ? path.split(".") : [path];
    const allowed = (schema.shape as Readonly<Record<string, { safeParse(given: unknown): { success: boolean } }>>)[
      key
    ];
    if (!allowed) return `there is no key ${key}`;
    const given = fields.reduceRight<unknown>((inner, field) => ({ [field]: inner }), value);
    if (!/^[A-Z]+$/.test(value) && !allowed.safeParse(given).success) return `${path} does not take ${value}`;
  }
  return undefined;
}
