/** A table, a row for each list of cells. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(inCell).join(" | ")} |`).join("\n");

const inCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A text as code. Its own backticks would end it. */
export const code = (text: string): string => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``);

/** A text as it is, where a site would take `<name>` for an element. */
export const plain = (text: string): string => text.replaceAll(/`[^`]*`|</g, (part) => (part === "<" ? "&lt;" : part));

/** A page whose source is elsewhere. */
export const generatedPage = (title: string, source: string, ...parts: readonly string[]): string =>
  `${[`# ${title}`, `<!-- Written by \`npm run docs:reference\` from ${source}. -->`, ...parts].join("\n\n")}\n`;
