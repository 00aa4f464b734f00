import { describe, expect, test } from "@jest/globals";
import { isSecretKey, Mask } from "../../../canaryctl/src/mask.ts";
import { previewJson } from "../../../canaryctl/src/preview/json.ts";
import { previewMarkdown } from "../../../canaryctl/src/preview/markdown.ts";
import { digestOfLines, stepEvent, succeeded } from "./preview/recordings.ts";

const secret = "hunter2-swordfish";
const base64 = Buffer.from(secret).toString("base64");

/** Both forms of a preview in which a resource of these inputs is changed. */
function shown(before: object, after: object, type?: string, more: readonly string[] = []): string {
  const step = stepEvent({ op: "update", before, after, ...(type && { type }) });
  const digest = digestOfLines([step, ...more, succeeded]);
  return previewMarkdown([digest]) + previewJson([digest]);
}

describe("a secret is in no text that is printed", () => {
  const cases: Record<string, object> = {
    "data of a Secret": { kind: "Secret", data: { anything: base64 } },
    "stringData of a Secret": { kind: "Secret", stringData: { anything: secret } },
    "a value under a secret key": { values: { grafana: { adminPassword: secret } } },
    "a list under a secret key": { apiTokens: [secret] },
    "fields under a secret key": { credentials: { user: "me", key: secret } },
    "an environment variable of a container": { env: [{ name: "DB_PASSWORD", value: secret }] },
    "a flag with its value": { args: [`--password=${secret}`] },
    "a flag before its value": { args: ["--api-token", secret] },
    "the password of a URL": { url: `https://user:${secret}@host/path` },
    "a bearer token": { header: `Authorization: Bearer ${secret}` },
    "JSON in an annotation": {
      metadata: { annotations: { last: JSON.stringify({ kind: "Secret", data: { a: base64 } }) } },
    },
    "a private key": { file: `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----` },
    "a token of GitHub": { note: "ghp_0123456789abcdefghij0123456789abcdefgh" },
    "the engine's own mark": {
      data: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: secret },
    },
  };

  test.each(Object.entries(cases))("%s", (_, inputs) => {
    const text = shown({ other: 1 }, { other: 2, ...inputs });
    for (const hidden of [secret, base64, "ghp_0123456789"]) expect(text).not.toContain(hidden);
    expect(text).toContain("[secret]");
  });

  test("that it changes is seen, and neither value", () => {
    const text = shown(
      { kind: "Secret", data: { a: base64 } },
      { kind: "Secret", data: { a: "bmV3LXNlY3JldC12YWx1ZQ==" } },
    );
    expect(text).toContain("`data.a` `[secret]` -> `[secret]`");
    expect(text).not.toContain("new-secret-value");
  });

  test("one that is known comes up nowhere else: in another field, in base64, in an error", () => {
    const error = JSON.stringify({
      sequence: 2,
      timestamp: 0,
      diagnosticEvent: { severity: "error", message: `cannot log in with ${secret}`, color: "never" },
    });
    const after = { a: secret, b: `x${secret}y`, c: base64, spec: { password: secret } };
    const text = shown({}, after, undefined, [error]);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(base64);
  });

  // With a line end, signs that URLs and JSON escape, and 0xfb 0xff, which the two alphabets of base64 write differently.
  const odd = 'p&ss "w/rd"+<é ÿ>~?>?>?!(*)';
  const file = `first-line-of-it\n  ${odd}\nlast-line-of-it`;
  const inBase64 = (text: string) => Buffer.from(text).toString("base64");
  const asGo = (text: string) =>
    JSON.stringify(text).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
  test.each<readonly [string, string]>([
    ["plain", odd],
    ["in base64 with padding", inBase64(`${odd}.`)],
    ["in base64", inBase64(odd)],
    ["in base64 without padding", inBase64(odd).replace(/=+$/, "")],
    ["in base64 for URLs", Buffer.from(odd).toString("base64url")],
    ...["u:", "us:", "use:"].map((user) => [`behind ${user} in base64`, inBase64(`${user}${odd}@`)] as const),
    ["in a URL", encodeURIComponent(odd)],
    ["in a whole URL", encodeURI(odd)],
    ["in a form", new URLSearchParams([["", odd]]).toString().slice(1)],
    ["in a URL, with small digits", encodeURIComponent(odd).replaceAll(/%../g, (code) => code.toLowerCase())],
    ["in JSON", JSON.stringify(odd)],
    ["in JSON of Go", asGo(odd)],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ a: odd }))],
    ["as a line of its file", `line 2: ${odd}`],
    ["as its file with other line ends", file.replaceAll("\n", "\r\n")],
    ["as its file, moved in", file.replaceAll(/^/gm, "    ")],
    ["as its file in JSON", JSON.stringify(file)],
    ["as its file in base64", inBase64(file)],
    ["as its last line", "cannot parse last-line-of-it"],
  ])("%s is masked where the file that it stands in is known", (_, text) => {
    const mask = new Mask();
    mask.learn({ kind: "Secret", data: { file: inBase64(file), other: inBase64(odd) } });
    const shown = mask.text(`before ${text} after`);
    expect(shown).toMatch(/^before .*\[secret\].* after$/s);
    for (const piece of text
      .split(/[^A-Za-z0-9+/_%\\-]+/)
      .filter((piece) => piece.length >= 8 && !/^(cannot|before)/.test(piece)))
      expect(shown).not.toContain(piece);
  });

  test("nor does a value of the environment whose name says that it is secret", () => {
    const mask = new Mask([secret]);
    const step = stepEvent({ op: "update", before: { url: "a" }, after: { url: `b?${secret}` } });
    expect(previewMarkdown([digestOfLines([step, succeeded], { mask })])).not.toContain(secret);
  });
});

test("names of secrets, and what is no secret, stay readable", () => {
  const inputs = {
    volumes: [{ secret: { secretName: "tls-of-echo" } }],
    env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "admin-password" } } }],
    grafana: { admin: { existingSecret: "kps-grafana-admin", passwordKey: "admin-password" } },
    automountServiceAccountToken: false,
    stickyCookie: "seen",
    imagePullSecrets: [{ name: "registry" }],
  };
  const mask = new Mask();
  mask.learn(inputs);
  expect(mask.value(inputs)).toEqual(inputs);
});

test("lines of a secret that only name what follows stay readable elsewhere; words and keys with a digit in them do not", () => {
  const kubeconfig = "clusters:\n- cluster:\n    server: https://10.0.0.1\nsword-fish:\nhunter2hunter2:\n  a: b\n";
  const json = '{\n  "credentials": {\n    "hunter3hunter3": {\n      "a": "b"\n    }\n  }\n}';
  const certificate = `-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----\nswordfish`;
  const mask = new Mask([kubeconfig, json, certificate]);
  for (const text of [
    "the clusters: 3 of 4, each - cluster: one",
    'no "credentials": { in it',
    "it has no -----BEGIN CERTIFICATE-----, nor -----END CERTIFICATE-----",
  ])
    expect(mask.text(text)).toBe(text);
  for (const hidden of [
    "server: https://10.0.0.1",
    "sword-fish:",
    "hunter2hunter2:",
    '"hunter3hunter3": {',
    secret,
    "swordfish",
  ])
    expect(mask.text(`before ${hidden} after`)).toBe("before [secret] after");
});

test.each(["1", "ab", "user"])("a short secret, %s, hides no other text: not an empty one, nor a letter", (secret) => {
  const mask = new Mask([secret]);
  expect(mask.text(secret)).toBe("[secret]");
  for (const text of ["", ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a user1 of ab"]) expect(mask.text(text)).toBe(text);
});

test.each([
  "password",
  "adminPassword",
  "DB_PASSWORD",
  "client-secret",
  "GITHUB_TOKEN",
  "apiKey",
  "private_key",
  ".dockerconfigjson",
])("%s is a secret key", (key) => expect(isSecretKey(key)).toBe(true));
test.each([
  "secretName",
  "passwordKey",
  "existingSecret",
  "tokenizer",
  "key",
  "author",
  "compass",
  "canaryImage",
  "monkey",
])("%s is none", (key) => expect(isSecretKey(key)).toBe(false));
