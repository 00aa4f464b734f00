const start = "Nothing to ";

/** What a command says that has found all as it should be: no share, no image and no pod is another than before. */
export const nothingTo = (act: string, why: string): string => `${start}${act}: ${why}.`;

/** Whether it has moved nothing, by what it says: the history has no entry of it then. */
export const hasMoved = (said: string): boolean => !said.startsWith(start);

export const noCanaryToDelete = nothingTo("delete", "there is no canary");
