import { parseConfig } from "../stacks/config/parse-config.ts";
import { roleNames, roleRights } from "../stacks/roles.ts";
import { code, generatedPage, table } from "./markdown.ts";

const config = parseConfig({ monitoring: true, accounts: true });
const withRollout = parseConfig({ monitoring: true, accounts: true, strategy: "rollout-canary" });

/** What the accounts of an application may do. */
export const rightsPage = (): string =>
  generatedPage(
    "Rights of the accounts",
    "stacks/roles.ts and stacks/rights.ts",
    "With `accounts true` a stack makes two ServiceAccounts, `APP-mover` and `APP-viewer`, each with these rights and no others. The application is in namespace `canary-lab` here, with strategy `istio` and monitoring on.",
    ...roleNames.flatMap((role) => [`## ${role}`, rightsTable(roleRights(role, config)), ...furtherRights(role)]),
  );

type Rights = ReturnType<typeof roleRights>;

const keyOf = ({ verb, resource, namespace = "" }: Rights[number]): string => `${verb} ${resource} ${namespace}`;

function furtherRights(role: (typeof roleNames)[number]): readonly string[] {
  const usual = new Set(roleRights(role, config).map(keyOf));
  const more = roleRights(role, withRollout).filter((right) => !usual.has(keyOf(right)));
  return more.length === 0 ? [] : ["With strategy `rollout-canary` also:", rightsTable(more)];
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
