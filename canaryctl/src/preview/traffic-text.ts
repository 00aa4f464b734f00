import { formatDuration } from "../../../canary/duration.ts";
import type { Traffic } from "./traffic.ts";
import { joined, type Words, words } from "./words.ts";

/** One sentence on the traffic; undefined where nothing is known of it. */
export function trafficText(traffic: Traffic): Words | undefined {
  switch (traffic.kind) {
    case "share":
      return shareText(traffic);
    case "release":
      return releaseText(traffic);
    case "unmoved":
      return ["no traffic is moved"];
    case "unknown":
      return undefined;
  }
}

type ShareMove = Extract<Traffic, { kind: "share" }>;

function shareText(traffic: ShareMove): Words | undefined {
  const { version, before, after, live } = traffic;
  const from = live ?? before;
  if (after === null) return from === null ? undefined : words`${version} ${percent(from)} -> no route with weights`;
  if (from === null)
    return traffic.isAsked
      ? words`${version} at ${percent(after)}`
      : words`${version} gets ${percent(after)} at once, with the first route`;
  if (Math.abs(from - after) < 0.05) return words`${version} keeps ${percent(after)}`;
  const move = words`${version} ${percent(from)} -> ${percent(after)}`;
  if (after === 0) return joined([move, ["all traffic back to the stable version"]], ", ");
  return joined([move, stepText(traffic), requestText(traffic, after - from), remainingText(traffic)], ", ");
}

const stepText = ({ step, steps }: ShareMove): Words => {
  const plan = steps.join("-");
  return [step === null ? `not a step of ${plan}` : `step ${step} of ${plan}`];
};

function requestText({ perMinute }: ShareMove, points: number): Words | undefined {
  if (perMinute === null) return undefined;
  const requests = Math.round((perMinute * Math.abs(points)) / 100);
  return [`about ${amount(requests)} ${points > 0 ? "more" : "fewer"} requests a minute at the present rate`];
}

function remainingText({ remaining }: ShareMove): Words | undefined {
  if (remaining === null || remaining.promotions === 0) return undefined;
  const { seconds, promotions } = remaining;
  const count = `${promotions} ${promotions === 1 ? "promotion" : "promotions"}`;
  return [
    seconds > 0 ? `all traffic after ${count}, in ${span(seconds)} at the earliest` : `all traffic after ${count}`,
  ];
}

function releaseText(traffic: Extract<Traffic, { kind: "release" }>): Words {
  const { strategy, from, to, plan, seconds, decisions, perMinute } = traffic;
  const begin = words`${from} -> ${to}, by ${[strategy]}`;
  const rate = perMinute === null ? undefined : [`${amount(Math.round(perMinute))} requests a minute at present`];
  if (strategy === "rollout-blue-green")
    return joined([begin, ["the preview first, and all traffic at once when it is promoted"], rate], ", ");
  if (strategy === "rolling-update") return joined([begin, ["pod after pod, and nothing holds it"], rate], ", ");
  const time =
    seconds === null
      ? undefined
      : [
          decisions === 0
            ? `promotion ends in about ${span(seconds)}`
            : `promotion ends in about ${span(seconds)} and after ${decisions} ${decisions === 1 ? "decision" : "decisions"}`,
        ];
  return joined([begin, plan === null ? undefined : [plan], rate, time], ", ");
}

const percent = (share: number): Words => [`${Number(share.toFixed(1))} %`];

/** A predicted time, as exact as a prediction is. */
const span = (seconds: number): string => {
  if (seconds < 120) return formatDuration(seconds);
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Number((minutes / 60).toFixed(1))} h`;
};

/** Two digits of a number count: the rate of the next minute is another one. */
export const amount = (count: number): string => Number(count.toPrecision(2)).toLocaleString("en-US");
