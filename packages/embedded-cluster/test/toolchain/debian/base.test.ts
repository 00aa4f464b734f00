import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onPath } from "@canary-lab/kit/programs";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { unpackScript } from "../../../src/toolchain/debian/apt.ts";
import { dropUnused, finishRoot, prepareRoot, renderPacking } from "../../../src/toolchain/debian/base.ts";

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "base-"));
  root = join(folder, "root");
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (path: string, text = "") => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Puts into a root what packages bring along. */
function unpack(): void {
  put("usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\nbin:*:2:2:bin:/bin:/usr/sbin/nologin\n");
  put("usr/share/base-passwd/group.master", "root:*:0:\n");
  put("usr/share/libc-bin/nsswitch.conf", "hosts: files dns\n");
  put("usr/share/ca-certificates/mozilla/B.crt", "certificate B\n");
  put("usr/share/ca-certificates/mozilla/A.crt", "certificate A");
  put("usr/sbin/iptables-nft-save", "a program");
  put("usr/share/doc/libc6/copyright");
  put("usr/lib/x86_64-linux-gnu/gconv/EBCDIC.so");
  put("usr/lib/x86_64-linux-gnu/libc.so.6");
  put("var/cache/ldconfig/aux-cache");
  for (const path of ["var/run", "etc/ssl/certs"]) mkdirSync(join(root, path), { recursive: true });
}

describe("the base's root", () => {
  beforeEach(() => {
    prepareRoot(root);
    unpack();
    finishRoot(root);
    dropUnused(root);
  });

  test("has what scripts of the packages would have made", () => {
    expect(read("etc/passwd")).toBe("root:*:0:0:root:/root:/bin/sh\nbin:*:2:2:bin:/bin:/usr/sbin/nologin\n");
    expect(read("etc/group")).toBe("root:*:0:\n");
    expect(read("etc/nsswitch.conf")).toBe("hosts: files dns\n");
    expect(read("etc/ssl/certs/ca-certificates.crt")).toBe("certificate A\ncertificate B\n");
    expect(read("sbin/iptables-save")).toBe("a program");
    expect(readlinkSync(join(root, "var/run"))).toBe("/run");
  });

  test("has no documentation, character sets and caches", () => {
    expect(existsSync(join(root, "usr/share/doc"))).toBe(false);
    expect(readdirSync(join(root, "usr/lib/x86_64-linux-gnu"))).toEqual(["libc.so.6"]);
    expect(readdirSync(join(root, "var/cache"))).toEqual([]);
  });
});

test("equal roots are equal tars, whenever and under whatever umask they were made", () => {
  const digests = [
    { seconds: 1000, umask: 0o077 },
    { seconds: 2000, umask: 0o002 },
  ].map(({ seconds, umask }) => {
    const before = process.umask(umask);
    prepareRoot(root);
    process.umask(before);
    unpack();
    process.umask(umask);
    finishRoot(root);
    process.umask(before);
    utimesSync(join(root, "etc/passwd"), seconds, seconds);
    execFileSync("tar", renderPacking(root, join(folder, "root.tar")));
    rmSync(root, { recursive: true });
    return createHash("sha256")
      .update(readFileSync(join(folder, "root.tar")))
      .digest("hex");
  });
  expect(digests[0]).toBe(digests[1]);
});

const onDebian = onPath("dpkg-deb", process.env.PATH) === undefined ? test.skip : test;

onDebian("a package with /bin comes to lie in /usr/bin (needs dpkg-deb)", () => {
  const [source, archive] = [join(folder, "source"), join(folder, "a package.deb")];
  mkdirSync(join(source, "DEBIAN"), { recursive: true });
  writeFileSync(
    join(source, "DEBIAN/control"),
    "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a\nDescription: a\n",
  );
  mkdirSync(join(source, "bin"));
  writeFileSync(join(source, "bin/program"), "a program");
  symlinkSync("program", join(source, "bin/link"));
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", source, archive]);
  prepareRoot(root);
  execFileSync("bash", ["-c", unpackScript, archive, root]);
  expect(lstatSync(join(root, "bin")).isSymbolicLink()).toBe(true);
  expect(read("usr/bin/program")).toBe("a program");
  expect(readlinkSync(join(root, "usr/bin/link"))).toBe("program");
  expect(() =>
    execFileSync("bash", ["-c", unpackScript, join(folder, "absent.deb"), root], { stdio: "pipe" }),
  ).toThrow();
});
