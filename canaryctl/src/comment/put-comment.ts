/** A comment of a pull or merge request. */
export interface Comment {
  /** The later one has the greater number. */
  readonly id: number;
  readonly body: string;
}

/** The comments of one pull or merge request. */
export interface Comments {
  /** All of them, from every page. */
  list(): Promise<readonly Comment[]>;
  create(body: string): Promise<void>;
  /** @returns false where it is gone by now, or another author's */
  update(id: number, body: string): Promise<boolean>;
  /** Nothing is done where it is gone. */
  remove(id: number): Promise<void>;
}

/** How long a server is tried that refuses or fails. */
export interface RetryLimits {
  /** How often a request is repeated after a failure of the server or a limit. */
  readonly retries: number;
  /** Seconds; a longer wait that the server asks for is not waited. */
  readonly longestWait: number;
  /** Milliseconds that one second of waiting takes: less in tests. */
  readonly second: number;
}

export const usualRetryLimits: RetryLimits = { retries: 3, longestWait: 120, second: 1_000 };

/** What was done with the comment. */
type Put = "created" | "updated" | "unchanged";

/** How often another comment may be found after one was made: more runs at once than this leave what the next run tidies up. */
const mostRounds = 3;

/** The line by which a comment is found again. Nobody sees it. */
export const markerOf = (key: string): string => `<!-- canary-lab:${key} -->`;

/**
 * Leaves one comment with this text, under this marker. Where several runs make one at the same time, each of them then keeps the oldest and
 * takes the others away, its own too; the text of the last to write stays.
 */
export async function putComment(comments: Comments, marker: string, text: string): Promise<Put> {
  const body = `${marker}\n${text}`;
  const foreign = new Set<number>();
  let isCreated = false;
  for (let round = 0; round < mostRounds; round++) {
    const found = (await comments.list())
      .filter((comment) => comment.body.startsWith(marker) && !foreign.has(comment.id))
      .toSorted((one, other) => one.id - other.id);
    for (const [index, { id, body: present }] of found.entries()) {
      const isSame = present === body;
      if (!isSame && !(await comments.update(id, body))) {
        foreign.add(id);
        continue;
      }
      for (const other of found.slice(index + 1)) await comments.remove(other.id);
      if (isCreated) return "created";
      return isSame ? "unchanged" : "updated";
    }
    await comments.create(body);
    isCreated = true;
  }
  return "created";
}
