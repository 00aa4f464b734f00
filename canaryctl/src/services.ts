import { factsOf, type StrategyName } from "../../canary/strategies.ts";
import { splitOf, type TrafficSplit } from "../../canary/weight.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import { shareText } from "../../stacks/live/proxies/share.ts";
import { type Lab, labOf } from "./lab.ts";
import type { StackFile } from "./stack-file.ts";

/** One application of a stack, as its file has it. */
interface Service {
  readonly stackFile: StackFile;
  readonly config: LabConfig;
}

type NamedConfig = readonly [name: string, config: LabConfig];

/** What was parsed last: each step of `up` asks, and a file that nobody has written since says the same. */
let last: { readonly text: string; readonly path: string; readonly services: readonly NamedConfig[] } | undefined;

/** The services of a stack, in the order of its file. @throws UserError where a value of one is not allowed */
export function servicesOf(stackFile: StackFile): readonly Service[] {
  const { path } = stackFile;
  const text = stackFile.text();
  const services = last?.text === text && last.path === path ? last.services : parseServices(stackFile);
  if (stackFile.text() === text) last = { text, path, services }; // else it was written meanwhile
  return services.map(([name, config]) => ({ stackFile: stackFile.of(name), config }));
}

const parseServices = (stackFile: StackFile): readonly NamedConfig[] =>
  stackFile.services().map((name) => [name, parseConfig(stackFile.of(name).values(), {}, stackFile.name)]);

/** As {@link servicesOf}, each as a lab that is up where the stack's own is. */
export const serviceLabs = ({ stackFile, environment }: Lab): readonly Lab[] =>
  servicesOf(stackFile).map((own) => labOf(own.stackFile, own.config, environment));

/** What the status of a stack says of a service. */
export interface ServiceStatus {
  readonly app: string;
  readonly namespace: string;
  readonly strategy: StrategyName;
  /** Percent, by the config; null where a controller or a header decides. */
  readonly weights: TrafficSplit | null;
}

export const serviceStatus = ({ app, namespace, strategy, canaryWeight }: LabConfig): ServiceStatus => ({
  app,
  namespace,
  strategy,
  weights: factsOf(strategy).owner === "pulumi" ? splitOf(canaryWeight) : null,
});

/** One line, with the command that says more. */
export const serviceText = ({ app, strategy, weights }: ServiceStatus): string =>
  `Service ${app}: ${strategy}${weights ? `, ${shareText(weights)} wanted` : ""}. Next: npx canaryctl --app ${app} status`;
