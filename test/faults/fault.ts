/** One thing that goes wrong. It is put right at the end, by itself, by `heal` or by the next `up`. */
export interface Fault {
  /** For the table, and to choose it on the command line. */
  readonly name: string;
  /** Makes it. A command that is to be killed in the middle is started and killed here. */
  inject(): Promise<void>;
  /** Takes away what `up` leaves alone because it is not the stack's. */
  heal?(): Promise<void>;
  /**
   * Why requests may fail: the pod that serves them ends, or the fault is that answers are wrong. Absent where each request must be
   * answered.
   */
  readonly loses?: "pod" | "answers";
  /** What `canaryctl status` says meanwhile; absent where it has nothing to say, for all that it shows is well. */
  readonly told?: RegExp;
  /** Whether the traffic is rolled back meanwhile, and within how many seconds the last answer of the canary must have come. */
  readonly rollsBackWithin?: number;
  /** Whether no proxy can be asked meanwhile: a rollback then moves the traffic and ends with 1, for it does not know that it has. */
  readonly silencesProxies?: true;
}

/** What was seen of one fault. */
export interface Row {
  readonly fault: Fault;
  readonly sent: number;
  readonly failed: number;
  /** The canary's share of all answers under the load, and of a sample after the next `up`, in percent. */
  readonly share: number;
  readonly after: number;
  /** Seconds until `canaryctl status` said what is wrong; undefined where it did not within {@link toldWithin}. */
  readonly told: number | undefined;
  /** Seconds from the command's start to the last answer of the canary; undefined where nothing was rolled back. */
  readonly rolledBack: number | undefined;
  /** Seconds from the fault, or where it had to be healed from then, until `up` had ended and `status` found all well. */
  readonly recovered: number;
  /** What is not as it must be, one sentence each. */
  readonly wrong: readonly string[];
}

/** A person looks again before half a minute is over. */
export const toldWithin = 20;

/** Share of the traffic that is approved for the canary in all of this, in percent. */
export const approved = 30;

const seconds = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(1));

/** The rows as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const head = [
    ...["fault", "requests", "failed", `canary %, ${approved} approved`, "after"],
    ...["told, s", "rolled back, s", "recovered, s", "as it must be"],
  ];
  const lines = rows.map(({ fault, sent, failed, share, after, told, rolledBack, recovered, wrong }) => [
    ...[fault.name, String(sent), `${failed}${fault.loses ? ` (its ${fault.loses})` : ""}`, share.toFixed(1)],
    ...[after.toFixed(1), seconds(told), seconds(rolledBack), seconds(recovered)],
    wrong.length === 0 ? "yes" : wrong.join(" "),
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
