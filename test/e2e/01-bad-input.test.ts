import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { leftovers } from "@canary-lab/embedded-cluster/node/machine/leftovers";
import { loopback, loopbackPorts } from "@canary-lab/embedded-cluster/node/network/addresses";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { labFolder } from "../../cluster/lab-folder.ts";
import { type Checkout, makeCheckout } from "./support/checkout.ts";
import { mustRun, userEnvironment } from "./support/command.ts";
import { down } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig, keepConfig } from "./support/stack-config.ts";

// Everything here is refused before anything is built or touched, so it is tried in a second clone, which stays empty.
let checkout: Checkout;
let restore: () => void;
let before: readonly string[];

beforeAll(async () => {
  expect((await down()).exitCode).toBe(0); // a lab that stands here would be refused for that, and hide what is tried
  before = await leftovers(labFolder); // a lab that died in another folder may have left something
  checkout = makeCheckout();
  restore = keepConfig(checkout.folder);
}, 240_000);

afterAll(() => checkout?.remove());

async function expectNothingTouched(): Promise<void> {
  expect(checkout.labFiles()).toEqual([]);
  expect(await leftovers(labFolder)).toEqual(before);
}

describe("config", () => {
  test.each([
    [-1, "-1"],
    [101, "101"],
    [12.5, "12.5"],
    ["abc", "abc"],
    ["", '""'],
  ])("canaryWeight %j is refused", async (value, shown) => {
    editConfig({ canaryWeight: value }, checkout.folder);
    const outcome = await checkout.canaryctl(["up"]);
    restore();
    expect(
      refusalFault(outcome, /canaryWeight/, new RegExp(shown.replace(".", "\\.")), /0\.\.100|0 to 100/),
    ).toBeUndefined();
    await expectNothingTouched();
  });

  test("every bad key is reported at once, each with what is allowed", async () => {
    editConfig({ canaryWeight: 101, strategy: "coin-toss", canaryWieght: 10, replicas: 0 }, checkout.folder);
    const outcome = await checkout.canaryctl(["up"]);
    restore();
    const causes = [/canaryWeight/, /strategy/, /coin-toss/, /istio/, /canaryWieght/, /replicas/];
    expect(refusalFault(outcome, ...causes)).toBeUndefined();
    await expectNothingTouched();
  });
});

describe("kubeContext", () => {
  /** Above the ports that the kernel hands out, and nobody's. */
  const deadServer = "127.0.0.1:61999";
  const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
clusters: [{ name: there, cluster: { server: "${server}" } }]
users: [{ name: me, user: {} }]
contexts: [{ name: there, context: { cluster: there, user: me } }]
`;

  test("that the kubeconfig does not hold is refused, with those that it holds", async () => {
    const file = join(checkout.folder, "kubeconfig");
    writeFileSync(file, kubeconfig(`https://${deadServer}`));
    editConfig({ kubeContext: "elsewhere", kubeconfig: file, imageRegistry: "127.0.0.1:1" }, checkout.folder);
    const outcome = await checkout.canaryctl(["up"]);
    restore();
    expect(refusalFault(outcome, /elsewhere/, /there/)).toBeUndefined();
    await expectNothingTouched();
  });

  test("of a cluster that does not answer is refused, with its address", async () => {
    const file = join(checkout.folder, "kubeconfig");
    writeFileSync(file, kubeconfig(`https://${deadServer}`));
    editConfig({ kubeContext: "there", kubeconfig: file, imageRegistry: "127.0.0.1:1" }, checkout.folder);
    const outcome = await checkout.canaryctl(["up"]);
    restore();
    expect(refusalFault(outcome, /there/, new RegExp(deadServer))).toBeUndefined();
    await expectNothingTouched();
  });
});

describe("the machine", () => {
  test("not root", async () => {
    // In a user namespace of its own the command is nobody, and yet can read the clone.
    const outcome = await checkout.canaryctl(["up"], { prefix: ["unshare", "--user"] });
    expect(refusalFault(outcome, /root/)).toBeUndefined();
    await expectNothingTouched();
  });

  test("a port that the lab needs is taken", async () => {
    const server = createServer().listen(loopbackPorts.etcd, loopback);
    await once(server, "listening"); // or its error, as where a lab of another checkout runs
    try {
      expect(refusalFault(await checkout.canaryctl(["up"]), new RegExp(`\\b${loopbackPorts.etcd}\\b`))).toBeUndefined();
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    await expectNothingTouched();
  });

  test("a disk that is nearly full", async () => {
    const folder = join(checkout.folder, ".lab");
    mkdirSync(folder, { recursive: true });
    await mustRun("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", folder]);
    try {
      expect(refusalFault(await checkout.canaryctl(["up"]), /disk|space/i, /GB|GiB/)).toBeUndefined();
      await expectNothingTouched();
    } finally {
      await mustRun("umount", [folder]);
    }
  });

  test("neither Go nor Python to get it with", async () => {
    const bin = join(checkout.folder, "bin-without-go-and-python");
    const cache = join(checkout.folder, "empty-cache");
    mkdirSync(bin);
    for (const directory of (process.env.PATH ?? "").split(delimiter)) linkPrograms(directory, bin);
    const outcome = await checkout.canaryctl(["up"], {
      env: { ...userEnvironment(), PATH: bin, XDG_CACHE_HOME: cache },
    });
    expect(refusalFault(outcome, /\bGo\b/, /Python/)).toBeUndefined();
    // It is found before anything is begun, so nothing is made anywhere.
    expect(checkout.labFiles()).toEqual([]);
    expect(existsSync(cache)).toBe(false);
    expect(await leftovers(labFolder)).toEqual(before);
  });
});

/** Links every program of a PATH folder into another, save Go and Python; the first of a name wins, as in PATH. */
function linkPrograms(from: string, to: string): void {
  let programs: readonly string[] = [];
  try {
    programs = readdirSync(from);
  } catch {
    return; // PATH may name folders that are not there
  }
  const taken = new Set(readdirSync(to));
  for (const program of programs) {
    if (!/^(go|gofmt|python.*|pip.*|uv.*)$/.test(program) && !taken.has(program))
      symlinkSync(join(from, program), join(to, program));
  }
}
