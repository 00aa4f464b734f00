import { toWeight } from "../weight.ts";
import { explicitPlan } from "./ladders.ts";
import { createPlan, type Plan } from "./plan.ts";

/** The lab's own ladders. The first is named by what the stable side keeps, the others by what the canary gets. */
export const presetNames = ["90-70-50-0", "10-30-60", "20-pause-30-60s", "25"] as const;
type PresetName = (typeof presetNames)[number];

const presets: Record<PresetName, () => Plan> = {
  "90-70-50-0": () => explicitPlan([10, 30, 50, 100], "manual"),
  "10-30-60": () => explicitPlan([10, 30, 60]),
  "20-pause-30-60s": () =>
    createPlan([
      { weight: toWeight(20), bake: "manual" },
      { weight: toWeight(30), bake: 60 },
    ]),
  "25": () => explicitPlan([25], "manual"),
};

export const presetPlan = (name: PresetName): Plan => presets[name]();
