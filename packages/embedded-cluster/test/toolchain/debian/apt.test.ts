import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { debianObstacles, renderAptConfig, renderStatus } from "../../../src/toolchain/debian/apt.ts";
import {
  findMirror,
  parseOneLineSources,
  parseStanzaSources,
  renderSources,
} from "../../../src/toolchain/debian/apt-sources.ts";
import { commands } from "../example-settings.ts";

const stanzas = `# a comment
Types: deb
# another, inside
URIs: http://mirror.test/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /keys/debian.gpg

Types: deb-src
URIs: http://mirror.test/debian
Suites: trixie
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://mirror.test/debian-security
Suites: trixie-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

describe("apt sources", () => {
  test("lines: options, comments and source packages", () => {
    const text = `
# deb http://off.test/debian bookworm main
deb [arch=amd64 signed-by=/keys/a.gpg] https://mirror.test/debian bookworm main contrib # of the house
deb-src http://mirror.test/debian bookworm main
  deb http://mirror.test/debian-security bookworm-security main`;
    expect(parseOneLineSources(text)).toEqual([
      { uri: "https://mirror.test/debian", suite: "bookworm", signedBy: "/keys/a.gpg" },
      { uri: "http://mirror.test/debian-security", suite: "bookworm-security" },
    ]);
  });

  test("stanzas: several suites, comments, disabled ones, a key that is written out", () => {
    expect(parseStanzaSources(stanzas)).toEqual([
      { uri: "http://mirror.test/debian", suite: "trixie", signedBy: "/keys/debian.gpg" },
      { uri: "http://mirror.test/debian", suite: "trixie-updates", signedBy: "/keys/debian.gpg" },
      { uri: "http://mirror.test/debian-security", suite: "trixie-security" },
    ]);
  });

  test("the mirror serves the pinned suite, whatever suite the machine has", () => {
    const mirror = findMirror(
      [{ uri: "https://tools.test/apt", suite: "stable-tools" }, ...parseStanzaSources(stanzas)],
      commands,
    );
    expect(renderSources(mirror, "bookworm", "/keys/default.gpg")).toBe(
      `deb [signed-by=/keys/debian.gpg] http://mirror.test/debian bookworm main
deb [signed-by=/keys/debian.gpg] http://mirror.test/debian bookworm-updates main
deb [signed-by=/keys/default.gpg] http://mirror.test/debian-security bookworm-security main
`,
    );
  });

  test("no mirror of Debian is an error for the user", () => {
    expect(() => findMirror([{ uri: "http://archive.test/ubuntu", suite: "noble" }], commands)).toThrow(UserError);
    expect(() => findMirror([{ uri: "cdrom:[Debian]/", suite: "bookworm" }], commands)).toThrow(/no Debian mirror/);
  });
});

describe("apt configuration", () => {
  const dump = `Acquire "";
Acquire::AllowInsecureRepositories "1";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::https::CaInfo "/etc/house.pem";
`;

  test("keeps how to fetch, not whether to trust", () => {
    const config = renderAptConfig("/lab/apt", dump);
    expect(config).toContain('Acquire::http::Proxy "http://proxy.test:3128";');
    expect(config).toContain('Acquire::https::CaInfo "/etc/house.pem";');
    expect(config).toContain('Dir::State::lists "/lab/apt/lists";');
    expect(config).not.toContain("AllowInsecure");
  });

  test("takes nothing for installed but what it is told", () => {
    expect(renderStatus([])).toBe("");
    const stanzas = renderStatus([{ name: "mawk", provides: "awk" }, { name: "dpkg" }]).split("\n\n");
    expect(stanzas.map((stanza) => stanza.split("\n")[0])).toEqual(["Package: mawk", "Package: dpkg", ""]);
    expect(stanzas[0]).toContain("\nProvides: awk");
    expect(stanzas[1]).not.toContain("Provides");
  });
});

test("all programs that are missing are named at once", () => {
  const missing = debianObstacles({ up: "up", down: "down" }, "/nowhere")
    .map(({ message }) => /^There is no (\S+) here/.exec(message)?.[1])
    .filter((program) => program !== undefined);
  expect(missing).toEqual(["apt-config", "apt-get", "dpkg-deb", "tar", "bash"]);
});
