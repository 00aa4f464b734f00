import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { fromJSONSchema } from "zod";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { projectFile, stackFileSchema } from "../../../../stacks/config/generated.ts";
import { variations } from "../../../e2e/support/variations.ts";
import { defaults } from "../sample-config.ts";

const textOf = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

describe("what follows from the schema is as `npm run generate` writes it", () => {
  test("the keys of Pulumi.yaml", () => expect(textOf("Pulumi.yaml")).toBe(projectFile(textOf("Pulumi.yaml"))));

  test("the JSON Schema for editors", () =>
    expect(JSON.parse(textOf("stacks/config/stack-file.schema.json"))).toEqual(stackFileSchema()));
});

describe("the JSON Schema for editors", () => {
  const schema = fromJSONSchema(stackFileSchema());
  const takes = (values: object) => {
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`canary-lab:${key}`, value]));
    return schema.safeParse({ config }).success;
  };

  test.each(["dev", "staging", "prod"])("takes the file of stack %s, which names it", (stack) => {
    const text = textOf(`Pulumi.${stack}.yaml`);
    expect(text).toContain("$schema=stacks/config/stack-file.schema.json");
    expect(schema.safeParse(parse(text)).success).toBe(true);
  });

  test("takes the defaults, as values and as text", () => {
    expect(takes(defaults)).toBe(true);
    const asText = ([key, value]: [string, unknown]) => [
      key,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ];
    const { migration, autoscaling, ...others } = Object.fromEntries(Object.entries(defaults).map(asText));
    expect(takes(others)).toBe(true);
  });

  test("takes services, with the keys of the stack", () =>
    expect(takes({ services: { orders: { canaryWeight: "30", plan: { linear: { step: 20 } } }, billing: {} } })).toBe(
      true,
    ));

  test.each(Object.values(variations).flatMap((each) => Object.entries(each)))("takes %s", (_, values) =>
    expect(takes(values)).toBe(true),
  );

  test.each([
    { canaryWeight: 101 },
    { canaryWeight: "ten" },
    { strategy: "blue-grin" },
    { canaryWeigth: 10 },
    { plan: "10-30" },
    { plan: { wieghts: [10] } },
    { objective: { window: "1" } },
    { blueGreen: { autoPromotionEnabled: "yes" } },
    { canaryImage: "A/B" },
    { monitoring: "on" },
    { services: { orders: { canaryWeight: 101 } } },
    { services: { orders: { platform: "own" } } },
    { services: { Orders: {} } },
  ])("refuses %j", (values) => expect(takes(values)).toBe(false));
});
