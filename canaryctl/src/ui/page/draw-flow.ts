import { type Dot, type Lane, lanesOf, middleAt, type Side, travelMilliseconds } from "./dots.ts";

type Colours = Readonly<Record<Side | "fail" | "line", string>>;

interface Scene {
  readonly dots: readonly Dot[];
  readonly share: Readonly<Record<Side, number>>;
  readonly now: number;
  readonly colours: Colours;
}

/** The page's colours, as they are now. */
export function readColours(element: Element): Colours {
  const computed = getComputedStyle(element);
  const of = (name: string) => computed.getPropertyValue(`--${name}`).trim();
  return { stable: of("stable"), canary: of("canary"), fail: of("fail"), line: of("line") };
}

const sides = ["stable", "canary"] as const;
const radius = 2.6;

/** Draws one moment, sharp on each screen. */
export function draw(canvas: HTMLCanvasElement, { dots, share, now, colours }: Scene): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const lanes = lanesOf(height, share);
  for (const side of sides) {
    context.fillStyle = context.strokeStyle = share[side] > 0 ? colours[side] : colours.line;
    band(context, lanes[side], width);
  }
  for (const dot of dots) {
    const part = (now - dot.start) / travelMilliseconds;
    if (part < 0 || part > 1) continue;
    const lane = lanes[dot.side];
    const x = part * width;
    const y = middleAt(lane, part) + dot.across * Math.max(0, lane.half - radius);
    context.globalAlpha = Math.min(1, 8 * part, 8 * (1 - part));
    if (dot.isBad) cross(context, x, y, colours.fail);
    else disc(context, x, y, colours[dot.side]);
  }
  context.globalAlpha = 1;
}

/** A lane as thick as its share; one without a share is a dashed line. */
function band(context: CanvasRenderingContext2D, lane: Lane, width: number): void {
  const steps = 48;
  const at = (step: number, edge: number): [number, number] => [
    (step / steps) * width,
    middleAt(lane, step / steps) + edge * lane.half,
  ];
  context.beginPath();
  for (let step = 0; step <= steps; step++) context.lineTo(...at(step, -1));
  if (lane.half === 0) {
    context.setLineDash([4, 6]);
    context.lineWidth = 1.5;
    context.stroke();
    context.setLineDash([]);
    return;
  }
  for (let step = steps; step >= 0; step--) context.lineTo(...at(step, 1));
  context.closePath();
  context.globalAlpha = 0.14;
  context.fill();
  context.globalAlpha = 1;
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  const reach = 1.5 * radius;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.moveTo(x + reach, y - reach);
  context.lineTo(x - reach, y + reach);
  context.stroke();
}
