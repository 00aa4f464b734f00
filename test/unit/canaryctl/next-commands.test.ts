import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript/lib/typescript.js"; // the package by its name is a mock here
import { Mask } from "../../../canaryctl/src/mask.ts";
import { withRunnable } from "../../../canaryctl/src/runnable.ts";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { withStack } from "../../../stacks/stack-name.ts";
import { parseOnly } from "./parse-only.ts";

/** A text in a source file; what is put into a template is a number here, as it is in quotes there, or a side where it is called so. */
interface Text {
  readonly place: string;
  readonly text: string;
  /** Whether all of it is a command: the value of `next`, or an argument that becomes one. */
  readonly isCommand: boolean;
}

const files = globSync(["canaryctl/src/**/*.ts", "stacks/**/*.ts", "cluster/**/*.ts", "packages/*/src/**/*.ts"], {
  cwd: repositoryRoot,
}).filter(
  (file) => !["stacks/stack-name.ts", "canaryctl/src/runnable.ts"].includes(file), // which put the stack into them
);

function textsOf(file: string): readonly Text[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(repositoryRoot, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ place: `${file}:${line + 1}`, text, isCommand: isNext(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return (
    node.head.text +
    node.templateSpans.map(({ expression, literal }) => `${sampleOf(expression)}${literal.text}`).join("")
  );
}

const sampleOf = (expression: ts.Expression): string => (expression.getText() === "side" ? "canary" : "50");

/** Whether a node is what `next:`, or a finding's `mend:`, holds, alone, in a list or as a choice; or a command of withNext. */
function isNext(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent))
    return ["next", "mend"].includes(parent.name.getText()) && parent.initializer === node;
  if (ts.isCallExpression(parent)) return parent.expression.getText() === "withNext" && parent.arguments[0] !== node;
  if (ts.isArrayLiteralExpression(parent) || ts.isParenthesizedExpression(parent)) return isNext(parent);
  return ts.isConditionalExpression(parent) && parent.condition !== node && isNext(parent);
}

const texts = files.flatMap(textsOf);

/** The canaryctl commands of a text, each with its words. */
const canaryctlIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/\bnpx canaryctl ([^`)&|;\n"]*)/g)].map(([, words = ""]) =>
    words.trim().replace("--replicas sample", "--replicas 2").replace("faults 50 ", "faults canary ").split(/\s+/),
  );

const withCommands = texts.filter(({ text }) => canaryctlIn(text).length > 0);
const examples = ["config set KEY VALUE", "set-traffic sample sample"]; // the words stand for the user's, or for numbers

describe("every command that a message names", () => {
  test("is found", () => expect(withCommands.length).toBeGreaterThan(60));

  test.each(withCommands)("$place: $text", async ({ text }) => {
    for (const words of canaryctlIn(text)) {
      if (examples.includes(words.join(" "))) continue;
      await parseOnly(words);
      const [named = []] = canaryctlIn(
        withStack(`npx canaryctl ${words.join(" ")}`, "prod", { reference: "dev", source: "" }),
      );
      const stack = words[0] === "--stack" ? words[1] : words[0] === "stack" ? undefined : "prod";
      expect((await parseOnly(named)).opts().stack).toBe(stack);
    }
  });
});

/** The programs that a user of the lab has, those of a command that is said to be missing aside. */
const programs =
  /^((CANARY_LAB_\w+=50 )*npx canaryctl|kubectl|docker|kind|kill|unset|eval "\$\(npx canaryctl env\)"|\(umask|50$|rm |cp |pulumi (cancel|stack|version|plugin)|istioctl |npm |npx |git checkout |sudo |apt-get |docker )/;

describe("all that stands behind next: is a command", () => {
  test.each(texts.filter(({ isCommand }) => isCommand))("$place: $text", ({ text }) => {
    for (const command of text.split(" && ")) expect(command).toMatch(programs);
    expect(text).not.toMatch(/, (then|and|or|which|where|to|in|with)\b|; then|\(or\b|KEY|VALUE|NAME|…/);
  });
});

describe("a command by one of the lab's programs", () => {
  const ofLab = texts.filter(
    ({ text, isCommand }) => isCommand && /^(kubectl(?! config)|istioctl|pulumi|helm) /.test(text),
  );

  test("is found", () => expect(ofLab.length).toBeGreaterThan(20));

  test.each(ofLab)("brings the lab's environment, where the shell has not read it: $place: $text", ({ text }) => {
    for (const label of ["next:", "or:", "mend:"]) {
      const printed = withRunnable(`What.\n  ${label}    ${text}\n  or:      npx canaryctl up`, () => false);
      const named = withStack(printed, "prod", { reference: "dev", source: "" });
      expect(named).toContain(`  ${label}    eval "$(npx canaryctl --stack prod env)" && ${text}\n`);
    }
    const plain = withNext("What.", text);
    expect(withRunnable(plain, () => true)).toBe(plain);
  });

  test("is not what is about the user's own kubeconfig, nor a word in a sentence", () => {
    const text = withNext("Plain pulumi up is refused.\n  first:   kubectl delete it", "kubectl config get-contexts");
    expect(withRunnable(text, () => false)).toBe(text);
  });
});

test("no message is taken for a secret", () => {
  const mask = new Mask();
  const changed = texts.filter(({ text }) => !text.includes("PRIVATE KEY") && mask.text(text) !== text);
  expect(changed).toEqual([]);
});

test("alternatives stand on lines of their own", () => {
  const error = new UserError("No.", { first: "end it", next: ["npx canaryctl up", "npx canaryctl rollback"] });
  expect(error.toPlainText()).toBe(
    "No.\n  first:   end it\n  next:    npx canaryctl up\n  or:      npx canaryctl rollback",
  );
  expect(withNext("Done.")).toBe("Done.");
});

test("a message names the stack, unless a command without --stack means it everywhere", () => {
  const text = 'next: npx canaryctl rollback && npx canaryctl --stack a up; eval "$(npx canaryctl env)"';
  const dev = { reference: "dev", source: "" };
  expect(withStack(text, "dev", dev)).toBe(text);
  expect(withStack(text, "acme/canary-lab/prod", dev)).toBe(
    'next: npx canaryctl --stack acme/canary-lab/prod rollback && npx canaryctl --stack a up; eval "$(npx canaryctl --stack acme/canary-lab/prod env)"',
  );
  // It names its stacks by itself, and refuses to be told of another.
  const ofGroup = "npx canaryctl stack promote dev staging";
  expect(withStack(ofGroup, "staging", dev)).toBe(ofGroup);
  // As `pulumi stack select` notes it.
  expect(withStack(text, "organization/canary-lab/dev", { ...dev, reference: "organization/canary-lab/dev" })).toBe(
    text,
  );
  // Where PULUMI_STACK or a selection names another, dev has to be named too.
  expect(withStack("npx canaryctl up", "dev", { reference: "prod", source: "" })).toBe("npx canaryctl --stack dev up");
});
