/** A piece of a sentence that is not ours: a name, a value, a path. It is shown as it is, and never read as Markdown. */
interface Quoted {
  readonly quoted: string;
}

/** A sentence whose foreign pieces are marked. */
export type Words = readonly (string | Quoted)[];

/** A sentence of ours around foreign pieces; numbers and sentences are ours, too. */
export function words(ours: TemplateStringsArray, ...pieces: readonly (string | number | Words)[]): Words {
  return ours.flatMap((text, index) => {
    const piece = pieces[index];
    if (piece === undefined) return [text];
    if (typeof piece === "number") return [`${text}${piece}`];
    return typeof piece === "string" ? [text, { quoted: piece }] : [text, ...piece];
  });
}

/** Sentences as one, with `between` between them; those that are undefined are left out. */
export const joined = (parts: readonly (Words | undefined)[], between: string): Words =>
  parts.filter((part) => part !== undefined).flatMap((part, index) => (index === 0 ? part : [between, ...part]));

/** For JSON and terminals. */
export const plainText = (sentence: Words): string =>
  sentence.map((piece) => (typeof piece === "string" ? piece : piece.quoted)).join("");
