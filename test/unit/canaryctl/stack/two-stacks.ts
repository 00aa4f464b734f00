import type { Lab } from "../../../../canaryctl/src/lab.ts";
import type { ImageCopy } from "../../../../canaryctl/src/stack/copy-image.ts";
import { promoteStack } from "../../../../canaryctl/src/stack/promote-stack.ts";
import { stackAnnotation } from "../../../../components/workload/render-application.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { positionOf } from "../../../../stacks/history-entry.ts";
import { fakeLab } from "../fake-lab.ts";

export const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
export const deployment = (image: string) => ({
  metadata: { name: "x" },
  spec: { replicas: 2, template: { spec: { containers: [{ image }] } } },
  status: { readyReplicas: 2 },
});

/** What a stack's canary runs, and its share of the traffic in percent. */
interface Canary {
  readonly image: string;
  readonly share: number;
}

/** A stack whose stable side runs an image. */
function stackWith(
  image: string,
  values: Readonly<Record<string, string | boolean | number>>,
  { canary, lastMove }: { readonly canary?: Canary | undefined; readonly lastMove?: string | undefined } = {},
) {
  const fake = fakeLab({
    configWeight: canary?.share ?? 0,
    liveWeight: canary?.share ?? 0,
    objects: {
      "/api/v1/namespaces/canary-lab": {
        metadata: { annotations: { [stackAnnotation]: "organization/canary-lab/dev" } },
      },
      "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo-v1": deployment(image),
      ...(canary && { "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo-v2": deployment(canary.image) }),
      "/api/v1/namespaces/canary-lab/pods": { items: [] },
      ...(lastMove && {
        "/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history": {
          data: { "1": JSON.stringify({ command: lastMove, at: "now", who: "ann", from: null, to: positionOf({}) }) },
        },
      }),
    },
  });
  fake.lab.stackFile.set(values);
  const open = (changes = {}): Lab => ({
    ...fake.lab,
    config: parseConfig({ ...fake.lab.stackFile.values(), ...changes }),
  });
  return { ...fake, open };
}

/** Two stacks and what is done to them; in the first a release of v2 is finished, or goes on. */
export function stacks({
  isFinished = true,
  sourceRegistry = "r:5000",
  registry = sourceRegistry,
  isElsewhere = false,
  running = "b",
  canary,
  lastMove,
  source: given,
}: {
  readonly isFinished?: boolean;
  /** Where the second one's images are; where it names none, its cluster is the first one's unless it is elsewhere. */
  readonly registry?: string | undefined;
  readonly sourceRegistry?: string;
  readonly isElsewhere?: boolean;
  readonly running?: string;
  readonly canary?: { readonly digit: string; readonly share: number };
  /** The last command in the first one's history. */
  readonly lastMove?: string;
  /** In place of the first one. */
  readonly source?: () => Lab;
} = {}) {
  const source = stackWith(
    `${sourceRegistry}/versioned-echo@${digest("a")}`,
    { canaryEnabled: !isFinished, stableImage: "versioned-echo:v2", imageRegistry: sourceRegistry },
    { lastMove },
  );
  const target = stackWith(
    `${registry}/versioned-echo@${digest(running)}`,
    isElsewhere ? {} : { imageRegistry: registry },
    { canary: canary && { image: `${registry}/versioned-echo@${digest(canary.digit)}`, share: canary.share } },
  );
  const inCluster = (lab: Lab): Lab =>
    isElsewhere ? { ...lab, environment: { ...lab.environment, kubeContext: "prod" } } : lab;
  const copies: ImageCopy[] = [];
  const records: object[] = [];
  const ways = {
    open: ({ stack }: { readonly stack: string }, changes?: object) =>
      stack === "dev" ? (given?.() ?? source.open(changes)) : inCluster(target.open(changes)),
    copy: async (copy: ImageCopy) => void copies.push(copy),
    record: (promotion: object) => ({
      end: async (_say: unknown, error?: Error) => void records.push({ ...promotion, error }),
    }),
  };
  const promote = (force?: string) => promoteStack("dev", "prod", { force }, ways);
  return { promote, target, copies, records };
}
