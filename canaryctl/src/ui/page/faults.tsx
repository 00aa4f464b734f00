import { useState } from "preact/hooks";
import type { Act } from "../acts.ts";
import { type FaultName, faultNames } from "../snapshot.ts";

const texts: Readonly<Record<FaultName, string>> = {
  none: "Healthy",
  errors: "30 % errors",
  latency: "400 ms slower",
  "not ready": "Not ready",
  crash: "Crash once",
};

/** Breaks the lab's own service on purpose. */
export function Faults({ act }: { readonly act: (act: Act) => void }) {
  const [side, setSide] = useState<"stable" | "canary">("canary");
  return (
    <section class="card" aria-labelledby="faults">
      <h2 id="faults">Break it on purpose</h2>
      <fieldset>
        <legend class="soft">Pods of</legend>
        {(["canary", "stable"] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="side" checked={side === each} onChange={() => setSide(each)} /> {each}
          </label>
        ))}
      </fieldset>
      <div class="buttons">
        {faultNames.map((fault) => (
          <button key={fault} type="button" onClick={() => act({ name: "faults", side, fault })}>
            {texts[fault]}
          </button>
        ))}
      </div>
    </section>
  );
}
