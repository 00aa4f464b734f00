import type { PreviewDigest } from "./digest.ts";
import { summaryOf } from "./summary.ts";
import { plainText } from "./words.ts";

/** Previews for programs: sentences are plain text, and a value that is not there is left out. */
export const previewJson = (digests: readonly PreviewDigest[]): string =>
  JSON.stringify(
    {
      previews: digests.map(({ risks, ...digest }) => ({
        summary: plainText(summaryOf(digest as PreviewDigest)).replaceAll("**", ""),
        ...digest,
        risks: risks.map(({ kind, text }) => ({ kind, text: plainText(text) })),
      })),
    },
    null,
    2,
  );
