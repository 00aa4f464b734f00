import { useId, useState } from "preact/hooks";
import type { ReleaseView, TrafficView } from "../snapshot.ts";

interface SliderProps {
  /** Percent of the canary that is asked for. */
  readonly weight: number;
  readonly plan: ReleaseView["plan"];
  readonly seen: TrafficView["seen"];
  readonly move: (canary: number) => void;
}

/**
 * The canary's share. Let go of with a pointer, it moves the traffic; by the keys it goes step by step, and Enter or the button beside it
 * moves the traffic: each step would be a move of its own otherwise.
 */
export function Slider({ weight, plan, seen, move }: SliderProps) {
  const [draft, setDraft] = useState<number>();
  const id = useId();
  const value = draft ?? weight;
  const send = () => {
    setDraft(undefined);
    if (draft !== undefined && draft !== weight) move(draft);
  };
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === "Enter") send();
    if (key === "Escape") setDraft(undefined);
  };
  return (
    <div class="slider">
      <label for={id}>Share of the canary</label>
      <output for={id}>
        <b>{value} %</b>{" "}
        <span class="soft">
          {draft !== undefined && draft !== weight ? `now ${weight} %, ` : ""}
          {seen ? `seen ${seen.canary.toFixed(1)} %` : "nothing seen"}
        </span>
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        step={1}
        value={value}
        list={`${id}-plan`}
        aria-valuetext={`${value} % to the canary, ${100 - value} % to the stable side`}
        aria-describedby={`${id}-keys`}
        onInput={({ currentTarget }) => setDraft(Number(currentTarget.value))}
        onPointerUp={send}
        onKeyDown={onKeyDown}
      />
      <datalist id={`${id}-plan`}>
        {plan.map((stage) => (
          <option key={stage.weight} value={stage.weight} />
        ))}
      </datalist>
      <p id={`${id}-keys`} class="soft small">
        Let go of it to move the traffic; with the keys, Enter moves and Escape takes it back.
      </p>
      {draft !== undefined && draft !== weight && (
        <button type="button" class="apply" onClick={send}>
          Move to {draft} %
        </button>
      )}
    </div>
  );
}
