/** What a recorded case says of its time. */
export interface Recording {
  readonly id: string;
  readonly observed?: readonly { readonly seconds?: number }[];
}

const secondsOf = ({ observed = [] }: Recording): number => observed.reduce((sum, { seconds = 0 }) => sum + seconds, 0);

/** The names of cases in the order to start them in, side by side: were the longest the last one, it would end up running alone. */
export const longestFirst = (recordings: readonly Recording[]): string[] =>
  recordings
    .map((recording) => ({ id: recording.id, seconds: secondsOf(recording) }))
    .sort((one, other) => other.seconds - one.seconds)
    .map(({ id }) => id);
