import { type Share, shareText } from "../../../stacks/live/proxies/share.ts";
import { percent } from "../print.ts";
import type { Status } from "../status.ts";

/** What can be asked of a stack, and answered by its status. */
export interface Check {
  /** In words: `does v2 get 30 %?` */
  readonly question: string;
  /** Whether requests must be sent for it. */
  readonly needsTraffic: boolean;
  answer(status: Status): Answer;
}

export interface Answer {
  readonly isYes: boolean;
  /** What was seen: `31.2 % of 500` */
  readonly evidence: string;
}

interface Sentence {
  readonly pattern: RegExp;
  readonly needsTraffic?: boolean;
  question(words: readonly string[]): string;
  answer(status: Status, words: readonly string[]): Answer;
}

/** The sentences that a page may use. */
const sentences: readonly Sentence[] = [
  {
    pattern: /^(\S+) gets (\d+) % of the answers$/,
    needsTraffic: true,
    question: ([version, share]) => `does ${version} get ${share} %?`,
    answer: ({ seen }, [version, share]) => {
      const side = seen?.sides.find((each) => each.version === version);
      if (!seen || !side) return { isYes: false, evidence: `no share of ${version} was measured` };
      const failed = seen.failed > 0 ? `, ${seen.failed} failed` : "";
      const ofAll = `${percent(side.seen / Math.max(1, seen.answered))} of ${seen.answered}${failed}`;
      const isAsked = side.wanted === Number(share);
      return {
        isYes: isAsked && side.isWithin,
        evidence: isAsked ? ofAll : `${ofAll}; the release gives it ${percent(side.wanted / 100)}`,
      };
    },
  },
  {
    pattern: /^every request is answered$/,
    needsTraffic: true,
    question: () => "is every request answered?",
    answer: ({ seen }) => ({
      isYes: seen?.failed === 0,
      evidence: `${seen?.answered ?? 0} answered, ${seen?.failed ?? "none"} failed`,
    }),
  },
  {
    pattern: /^the route is (\d+(?:\.\d)?\/\d+(?:\.\d)?)$/,
    question: ([split]) => `is the route ${split}?`,
    answer: ({ weights }, [split]) => splitAnswer(weights.route, split),
  },
  {
    pattern: /^the config asks for (\d+\/\d+)$/,
    question: ([split]) => `does the config ask for ${split}?`,
    answer: ({ weights }, [split]) => splitAnswer(weights.config, split),
  },
  {
    pattern: /^(\d+) pods? of (\S+) (?:is|are) ready$/,
    question: ([count, version]) => `${count === "1" ? "is 1 pod" : `are ${count} pods`} of ${version} ready?`,
    answer: (status, [count, version]) => {
      const ready = readyPods(status, version);
      return { isYes: ready === Number(count), evidence: `${ready} ready` };
    },
  },
  {
    pattern: /^(\S+) is gone$/,
    question: ([version]) => `is ${version} gone?`,
    answer: ({ workloads }, [version]) => {
      const left = workloads.filter((each) => each.version === version && each.wanted + each.ready > 0);
      return { isYes: left.length === 0, evidence: `workloads: ${workloadsText(workloads)}` };
    },
  },
  {
    pattern: /^the (stable|canary|active|preview) version is (\S+)$/,
    question: ([role, version]) => `is the ${role} version ${version}?`,
    answer: ({ workloads }, [role, version]) => ({
      isYes: workloads.some((each) => each.role === role && each.version === version),
      evidence: `workloads: ${workloadsText(workloads)}`,
    }),
  },
  {
    pattern: /^the strategy is ([a-z-]+)$/,
    question: ([name]) => `is the strategy ${name}?`,
    answer: ({ strategy }, [name]) => ({ isYes: strategy === name, evidence: strategy }),
  },
  {
    pattern: /^the release (is healthy|is paused|waits for a person|is aborted)$/,
    question: ([state = ""]) =>
      state.startsWith("is ") ? `is the release ${state.slice(3)}?` : "does the release wait for a person?",
    answer: ({ release }, [state]) => {
      const is = {
        "is healthy": release?.phase === "Healthy",
        "is paused": release?.paused,
        "waits for a person": release?.waiting,
        "is aborted": release?.aborted,
      }[state ?? ""];
      return { isYes: is === true, evidence: release?.line ?? "no controller has a release" };
    },
  },
  {
    pattern: /^nothing is wrong$/,
    question: () => "is nothing wrong?",
    answer: ({ fault, findings }) => {
      const wrong = new Set([...findings.map(({ what }) => what), ...(fault ? [fault.split("\n")[0]] : [])]);
      return { isYes: wrong.size === 0, evidence: [...wrong].join(" ") || "status finds nothing" };
    },
  },
];

/** Reads a sentence; undefined for one that is not among those that can be checked. */
export function parseCheck(sentence: string): Check | undefined {
  for (const { pattern, needsTraffic = false, question, answer } of sentences) {
    const words = pattern.exec(sentence)?.slice(1);
    if (words) return { question: question(words), needsTraffic, answer: (status) => answer(status, words) };
  }
  return undefined;
}

/** As it is printed: `does v2 get 30 %? yes: 31.2 % of 500`. */
export const answerText = ({ question }: Check, { isYes, evidence }: Answer): string =>
  `${question} ${isYes ? "yes" : "no"}: ${evidence}`;

function splitAnswer(split: Share | null, wanted: string | undefined): Answer {
  const text = split ? shareText(split) : "none";
  return { isYes: text === wanted, evidence: text };
}

const readyPods = ({ workloads }: Status, version: string | undefined): number =>
  workloads.reduce((sum, each) => sum + (each.version === version ? each.ready : 0), 0);

const workloadsText = (workloads: Status["workloads"]): string =>
  workloads
    .map(({ version, ready, wanted, role }) => `${[role, version].filter(Boolean).join(" ")} ${ready}/${wanted}`)
    .join(", ") || "none";
