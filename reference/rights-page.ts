import { parseConfig } from "../stacks/config/parse-config.ts";
import { type RoleName, roleNames, roleTasks } from "../stacks/role-names.ts";
import { roleRights } from "../stacks/roles.ts";
import { code, generatedPage, table } from "./markdown.ts";

const values = { monitoring: true, accounts: true, platform: "dev" };
const config = parseConfig(values);

/** What other configs add, by what they have otherwise. */
const others = {
  "With strategy `rollout-canary` also:": parseConfig({ ...values, strategy: "rollout-canary" }),
  "With a policy also:": parseConfig({ ...values, policy: { mode: "enforce" } }),
  "Of a stack that owns its platform also:": parseConfig({ ...values, platform: "own" }),
};

/** What the accounts of an application may do. */
export const rightsPage = (): string =>
  generatedPage(
    "Rights of the accounts",
    "stacks/roles.ts and stacks/rights.ts",
    `With \`accounts true\` a stack makes ServiceAccounts ${roleNames.map((role) => code(`APP-${role}`)).join(", ")}, each with these rights and no others. The application is in namespace \`canary-lab\` here, on another stack's platform, with strategy \`istio\` and monitoring on.`,
    ...roleNames.flatMap((role) => [
      `## ${role}`,
      `It ${roleTasks[role]}.`,
      rightsTable(roleRights(role, config)),
      ...furtherRights(role),
    ]),
  );

type Rights = ReturnType<typeof roleRights>;

const keyOf = ({ verb, resource, namespace = "" }: Rights[number]): string => `${verb} ${resource} ${namespace}`;

function furtherRights(role: RoleName): readonly string[] {
  const usual = new Set(roleRights(role, config).map(keyOf));
  return Object.entries(others).flatMap(([title, other]) => {
    const more = roleRights(role, other).filter((right) => !usual.has(keyOf(right)));
    return more.length === 0 ? [] : [title, rightsTable(more)];
  });
}

function rightsTable(rights: Rights): string {
  const places = Map.groupBy(rights, ({ resource, namespace = "the whole cluster" }) => `${resource} ${namespace}`);
  return table(
    ["resource", "verbs", "where"],
    [...places.values()].map((same) => [
      code(same[0]?.resource ?? ""),
      same.map(({ verb }) => verb).join(", "),
      same[0]?.namespace ?? "the whole cluster",
    ]),
  );
}
