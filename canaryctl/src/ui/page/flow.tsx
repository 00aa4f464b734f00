import { useEffect, useRef } from "preact/hooks";
import { countText, percentText } from "../../report/words.ts";
import type { ReleaseView, TrafficView } from "../snapshot.ts";
import { type Dot, DotSource, requestsPerDot, type Side, travelMilliseconds } from "./dots.ts";
import { draw, readColours } from "./draw-flow.ts";
import { useMedia } from "./media.ts";

interface FlowProps {
  readonly traffic: TrafficView | null;
  readonly release: ReleaseView;
}

/** The requests on their way from the callers to the versions. */
export function Flow({ traffic, release }: FlowProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isStill = useMedia("(prefers-reduced-motion: reduce)");
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const scene = useRef({ dots: [] as Dot[], source: new DotSource(), share: { stable: 100, canary: 0 } });
  const share = traffic?.seen ?? release.live ?? { stable: 100, canary: 0 };
  scene.current.share = share;

  useEffect(() => {
    if (!traffic || isStill || document.hidden) return;
    const now = performance.now();
    const { dots, source } = scene.current;
    const came = source.dots(traffic, now);
    scene.current.dots = [...dots.filter(({ start }) => now - start < travelMilliseconds), ...came];
    const { dataset } = canvas.current as HTMLCanvasElement;
    for (const side of ["stable", "canary"] as const)
      dataset[side] = String(Number(dataset[side] ?? 0) + came.filter((dot) => dot.side === side).length);
  }, [traffic, isStill]);

  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const colours = readColours(element);
    let frame = 0;
    const paint = () => {
      draw(element, { ...scene.current, now: performance.now(), colours });
      if (!isStill) frame = requestAnimationFrame(paint);
    };
    paint();
    if (!isStill) return () => cancelAnimationFrame(frame);
    const size = new ResizeObserver(paint);
    size.observe(element);
    return () => size.disconnect();
  }, [isStill, isDark, isStill && share.canary]);

  return (
    <figure class="flow">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Traffic: ${laneText("stable", traffic)}, ${laneText("canary", traffic)}`}
      />
      <p class="callers">
        <b>{traffic ? countText(Math.round(traffic.requestsPerSecond)) : "–"}</b> requests/s
        <span class="soft">{traffic ? callersText(traffic.callers) : "not counted by version"}</span>
      </p>
      <LaneEnd side="stable" {...{ traffic, release }} />
      <LaneEnd side="canary" {...{ traffic, release }} />
      <figcaption>{captionOf(traffic, isStill)}</figcaption>
    </figure>
  );
}

function LaneEnd({ side, traffic, release }: FlowProps & { readonly side: Side }) {
  const { live, images } = release;
  const route = live ? percentText(live[side] / 100) : "–";
  return (
    <p class={`lane ${side}`}>
      <b>
        {images[side] ?? "no"} {side}
      </b>
      <span class="share">{traffic ? (traffic.seen ? `${traffic.seen[side].toFixed(1)} %` : "–") : route}</span>
      {traffic && <span class="soft">route {route}</span>}
      {traffic && <span class="soft rate">{Math.round(rateOf(side, traffic))} requests/s</span>}
    </p>
  );
}

const rateOf = (side: Side, { seen, requestsPerSecond }: TrafficView): number =>
  seen ? (requestsPerSecond * seen[side]) / 100 : 0;

const callersText = (callers: number): string =>
  callers === 1 ? "counted at 1 caller’s proxy" : `counted at ${callers} callers’ proxies`;

function captionOf(traffic: TrafficView | null, isStill: boolean): string {
  if (!traffic)
    return "With this strategy the callers’ proxies do not tell the versions apart: the lanes show the route.";
  if (isStill) return "Lanes as thick as the share that was seen in the last ten seconds.";
  const each = requestsPerDot(traffic.requestsPerSecond);
  const size = each === 1 ? "A dot is a request" : `A dot is ${each} requests`;
  return `${size}; one with a cross has failed. Lanes as thick as the share that was seen in the last ten seconds.`;
}

const laneText = (side: Side, traffic: TrafficView | null): string =>
  traffic ? `${Math.round(rateOf(side, traffic))} requests per second to ${side}` : `${side} not counted`;
