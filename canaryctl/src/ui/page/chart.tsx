import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Snapshot } from "../snapshot.ts";
import { useMedia } from "./media.ts";

/** What is kept of the past, in seconds: a point for each. */
const shownSeconds = 300;
const height = 180;

type Points = { readonly at: number; readonly live: number | null; readonly seen: number | null };

/** The canary's share of the last minutes: what the route gave, and what was seen. */
export function ShareChart({
  now,
  release,
  traffic,
}: Pick<Snapshot, "release" | "traffic"> & { readonly now: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const points = useRef<readonly Points[]>([]);
  const isDark = useMedia("(prefers-color-scheme: dark)");

  useEffect(() => {
    const element = holder.current as HTMLDivElement;
    plot.current = new uPlot(optionsFor(element), dataOf(points.current), element);
    const size = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    size.observe(element);
    return () => {
      size.disconnect();
      plot.current?.destroy();
    };
  }, [isDark]);

  useEffect(() => {
    const at = now / 1000;
    const point = { at, live: release?.live?.canary ?? null, seen: traffic?.seen?.canary ?? null };
    points.current = [...points.current.filter((each) => at - each.at < shownSeconds), point];
    if (!document.hidden) plot.current?.setData(dataOf(points.current));
  }, [now]);

  return (
    <section class="card chart" aria-labelledby="chart">
      <h2 id="chart">Share of the canary, last 5 minutes</h2>
      <p class="key small">
        <span class="soft">route (dashed)</span> <span class="canary">seen by the callers</span>
      </p>
      <div ref={holder} aria-hidden="true" />
    </section>
  );
}

const dataOf = (points: readonly Points[]): uPlot.AlignedData => [
  points.map(({ at }) => at),
  points.map(({ live }) => live),
  points.map(({ seen }) => seen),
];

function optionsFor(element: Element): uPlot.Options {
  const computed = getComputedStyle(element);
  const colour = (name: string) => computed.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const now = () => Date.now() / 1000;
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: () => [now() - shownSeconds, now()] }, y: { range: () => [0, 100] } },
    axes: [
      { ...axis, values: (_, values) => values.map((value) => `${Math.round((value - now()) / 60)} min`) },
      { ...axis, size: 48, values: (_, values) => values.map((value) => `${value} %`) },
    ],
    series: [
      {},
      {
        stroke: colour("soft"),
        width: 1.5,
        dash: [5, 4],
        paths: uPlot.paths.stepped?.({ align: 1 }) ?? null,
        points: { show: false },
      },
      { stroke: colour("canary"), width: 2, points: { show: false } },
    ],
  } as uPlot.Options;
}
