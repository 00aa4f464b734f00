import type { UserError } from "@canary-lab/kit/user-error";
import { factsOf, type StrategyName } from "../../../canary/strategies.ts";
import { UsageError } from "../usage-error.ts";
import { type ActName, actNames, type FaultName, faultNames } from "./snapshot.ts";

/** What the page asks for. */
export type Act =
  | { readonly name: "promote" | "rollback" | "abort" | "retry" }
  | { readonly name: "set-traffic"; readonly canary: number }
  | { readonly name: "faults"; readonly side: "stable" | "canary"; readonly fault: FaultName };

/** What the page offers under a strategy: the commands that mean something there, which refuse for themselves what cannot be now. */
export function actsOf(strategy: StrategyName, isOwnService: boolean): readonly ActName[] {
  const { owner, steps } = factsOf(strategy);
  const hasRollout = owner === "rollout-controller";
  const offers: Readonly<Record<ActName, boolean>> = {
    "set-traffic": owner === "pulumi",
    promote: steps !== "none" || hasRollout,
    rollback: true,
    abort: hasRollout,
    retry: hasRollout,
    faults: isOwnService,
  };
  return actNames.filter((name) => offers[name]);
}

/** What each switch asks of the service. */
const faultWords: Readonly<Record<FaultName, readonly string[]>> = {
  none: ["--none"],
  errors: ["--error-rate", "0.3"],
  latency: ["--latency", "400"],
  "not ready": ["--not-ready"],
  crash: ["--crash"],
};

/** The words of an act for the command line. */
export function wordsOf(act: Act): readonly string[] {
  switch (act.name) {
    case "set-traffic":
      return ["set-traffic", String(100 - act.canary), String(act.canary)];
    case "faults":
      return ["faults", act.side, ...faultWords[act.fault]];
    default:
      return [act.name];
  }
}

/**
 * Reads the body of a request.
 *
 * @throws UserError that says what is allowed
 */
export function parseAct(body: unknown): Act {
  const { name, canary, side, fault } = (typeof body === "object" && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  switch (name) {
    case "promote":
    case "rollback":
    case "abort":
    case "retry":
      return { name };
    case "set-traffic":
      if (Number.isInteger(canary) && Number(canary) >= 0 && Number(canary) <= 100)
        return { name, canary: Number(canary) };
      throw refused("canary", canary, "an integer from 0 to 100");
    case "faults": {
      const known = faultNames.find((each) => each === fault);
      if (!known) throw refused("fault", fault, faultNames.join(", "));
      if (side === "stable" || side === "canary") return { name, side, fault: known };
      throw refused("side", side, "stable, canary");
    }
    default:
      throw refused("name", name, actNames.join(", "));
  }
}

const refused = (key: string, value: unknown, allowed: string): UserError =>
  new UsageError(`${key} is ${JSON.stringify(value)}.`, { allowed, next: "npx canaryctl ui --help" });
