import { describe, expect, test } from "@jest/globals";
import { renderWrapper, renderWrappers } from "../../../src/toolchain/debian/debian.ts";

describe("wrappers of the Debian programs", () => {
  test("become the program, with its libraries and extensions", () => {
    expect(renderWrapper("/lab/debian", "usr/sbin/runc", "x64")).toBe(`#!/bin/sh
export LD_LIBRARY_PATH=/lab/debian/usr/lib/x86_64-linux-gnu:/lab/debian/lib/x86_64-linux-gnu XTABLES_LIBDIR=/lab/debian/usr/lib/x86_64-linux-gnu/xtables
exec /lab/debian/usr/sbin/runc "$@"
`);
  });

  test("know the other architecture and survive any path", () => {
    const script = renderWrapper("/it's mine/debian", "usr/bin/ctr", "arm64");
    expect(script).toContain("aarch64-linux-gnu");
    expect(script).toContain(`exec '/it'\\''s mine/debian/usr/bin/ctr' "$@"`);
  });

  test.each(["nft", "legacy"] as const)("iptables goes by the kernel's %s tables", (backend) => {
    const wrappers = renderWrappers("/lab/debian", backend);
    expect(wrappers.iptables).toContain(`/usr/sbin/iptables-${backend} `);
    expect(wrappers["ip6tables-restore"]).toContain(`/usr/sbin/ip6tables-${backend}-restore `);
    expect(Object.keys(wrappers)).toEqual(
      expect.arrayContaining(["containerd", "runc", "dockerd", "registry", "iptables-save"]),
    );
  });
});
