/** A value that is shorter is masked only where it is all of a text: as a part it is in too many words. */
export const shortestPart = 6;

/** Characters of a line of a secret; shorter ones, such as `data:`, are in too many texts. */
const shortestLine = 8;

/**
 * A secret as it may stand in a text: as it is and line by line, and each of these in base64, also as a part of something longer, in a URL
 * and in JSON.
 */
export function secretForms(secret: string): readonly string[] {
  const lines = secret.split(/\r\n|[\r\n]/);
  const telling = lines.filter((line, index) => !isFrame(line, lines[index + 1]));
  const pieces =
    lines.length === 1 ? [] : telling.map((line) => line.trim()).filter((line) => line.length >= shortestLine);
  return [
    ...new Set([secret, ...pieces].flatMap((text) => [text, ...inBase64(text), ...inUrls(text), ...inJson(text)])),
  ];
}

/**
 * Whether a line only names what follows, in plain letters: a key of YAML above its block, one of JSON before its bracket, a boundary of PEM.
 * A word in a line of its own may be a password.
 */
function isFrame(line: string, next = ""): boolean {
  const indent = (text: string) => text.search(/\S/);
  const isAboveBlock = indent(next) > indent(line) || /^\s*- /.test(next);
  return (
    (isAboveBlock && /^\s*(- )?[A-Za-z.-]+:\s*$/.test(line)) ||
    /^\s*"[A-Za-z.-]+"\s*:\s*[{[]\s*$/.test(line) ||
    /^\s*-----(BEGIN|END) [A-Z ]+-----\s*$/.test(line)
  );
}

/**
 * With padding and without, by both alphabets. Behind something else, as in `user:password`, the first characters and the last are made of
 * both: what is made of the secret alone stands between them, in one of three ways.
 */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const whole = bytes.toString("base64");
  const within = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const parts = within.filter(({ length }) => length >= shortestPart); // a few characters, or none, are no part of a secret alone
  const standard = [whole, whole.replace(/=+$/, ""), ...parts];
  return standard.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** As browsers, forms and strict encoders write it; the digits of a code may be small ones. */
function inUrls(text: string): readonly string[] {
  const component = encodeURIComponent(text.toWellFormed());
  const strict = component.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const inForm = new URLSearchParams([["", text]]).toString().slice(1);
  const forms = [encodeURI(text.toWellFormed()), component, strict, strict.replaceAll("%20", "+"), inForm];
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** As JavaScript and Go write it, and within a text that is JSON itself. */
function inJson(text: string): readonly string[] {
  const escaped = (inner: string) => JSON.stringify(inner).slice(1, -1);
  const html = (inner: string) =>
    inner.replaceAll(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return [escaped(text), html(escaped(text))].flatMap((form) => [form, escaped(form)]);
}
