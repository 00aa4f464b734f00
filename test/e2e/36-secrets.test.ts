import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { secretForms } from "../../canaryctl/src/secret-forms.ts";
import { inLab } from "../../cluster/lab-folder.ts";
import { mustRun, run, userEnvironment } from "./support/command.ts";
import { enterStack, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctlFile, kubectl, labShell, namespace, pulumi, requireLab } from "./support/lab.ts";
import { keepConfig } from "./support/stack-config.ts";

// Secrets are planted in all the places where a user has some, commands are run, and everything that they wrote is searched for them,
// as they are and as base64, URL and JSON.

const random = () => randomBytes(15).toString("hex");

/** What nobody may come across again, by what it is. */
const planted: Record<string, string> = {
  "a value of the config": random(),
  "a token by its name, in the environment": random(),
  "a token by its form, in the environment": `ghp_${random()}`,
};
const environment = () => ({
  ...userEnvironment(),
  ORDERS_DB_PASSWORD: planted["a token by its name, in the environment"] as string,
  GITHUB_TOKEN: planted["a token by its form, in the environment"] as string,
});
const reason = `because ${planted["a token by its name, in the environment"]} expired`;

/** What is in a text of the secrets that are planted; nothing where all is well. */
const foundIn = (text: string): readonly string[] =>
  Object.entries(planted).flatMap(([what, secret]) =>
    secretForms(secret).some((form) => text.includes(form)) ? [what] : [],
  );

/** A private file with that text, for what reads secrets from one. */
function secretFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "planted-")), "secret");
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The files below a folder; logs of hundreds of megabytes are left out. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() && statSync(path).size < 50_000_000 ? [path] : [];
  });
}

/** The command lines of all processes that run until `stop`. */
function watchCommandLines(): { stop(): readonly string[] } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        seen.add(readFileSync(`/proc/${entry}/cmdline`, "latin1").replaceAll("\0", " "));
      } catch {
        // it has ended
      }
    }
  }, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

describePart("secrets that are planted are found nowhere that they do not belong", () => {
  let restore: () => void;
  let lines: readonly string[] = [];
  const printed = new Map<string, string>();
  const report = inLab("planted.html");

  const canaryctl = async (...args: readonly string[]) => {
    const outcome = await run(canaryctlFile, args, { env: environment(), timeoutSeconds: 300 });
    printed.set(`canaryctl ${args[0]} ${printed.size}`, outcome.output);
    return outcome;
  };

  beforeAll(async () => {
    await requireLab();
    await enterStack(startingPoint);
    restore = keepConfig();
    const shell = await labShell();
    const { users } = parse(readFileSync(inLab("kubeconfig"), "utf8")) as {
      users: readonly { user: { "client-key-data": string } }[];
    };
    const docker = readFileSync(join(shell.DOCKER_CONFIG as string, "config.json"), "utf8");
    const [{ auth }] = Object.values((JSON.parse(docker) as { auths: Record<string, { auth: string }> }).auths) as [
      { auth: string },
    ];
    planted["the passphrase of the state"] = readFileSync(inLab("passphrase"), "utf8").trim();
    planted["the key of the cluster's administrator"] = users[0]?.user["client-key-data"] as string;
    planted["the registry's password"] = Buffer.from(auth, "base64").toString().split(":")[1] as string;
    const secret = planted["a value of the config"] as string;
    await mustRun("bash", ["-ec", 'pulumi config set --secret other:apiKey --stack dev < "$0"', secretFile(secret)], {
      env: shell,
    });
    const watch = watchCommandLines();
    await canaryctl("up");
    await canaryctl("set-traffic", "70", "30", "--reason", "a test");
    await canaryctl("preview", "--json");
    await canaryctl("preview");
    lines = watch.stop();
    // What somebody types in a reason is on their own command line, and masked in all that is kept of it.
    await canaryctl("rollback", "--reason", reason);
    await canaryctl("report", "--output", report);
    for (const command of ["status", "doctor", "history"]) await canaryctl(command, "--json");
    for (const args of [
      ["stack", "export"],
      ["stack", "history", "--json"],
      ["stack", "output", "--json"],
    ])
      printed.set(`pulumi ${args.join(" ")}`, (await pulumi(...args)).stdout);
  }, 400_000);

  afterAll(async () => {
    restore?.();
    rmSync(report, { force: true });
    await enterStack(startingPoint);
  }, 200_000);

  test("in what commands print, the state and the engine's history among it", () => {
    expect(printed.size).toBeGreaterThan(10);
    for (const [command, text] of printed) {
      expect([command, text.length > 0]).toEqual([command, true]);
      expect([command, foundIn(text)]).toEqual([command, []]);
    }
  });

  test("on the command line of a process that the commands start", () => {
    expect(lines.some((line) => line.includes("pulumi"))).toBe(true);
    for (const line of lines) expect([line.slice(0, 80), foundIn(line)]).toEqual([line.slice(0, 80), []]);
  });

  test("in files of the lab but those that keep them, which are private", async () => {
    const keepers = new Map<string, string>([
      [inLab("passphrase"), "the passphrase of the state"],
      [inLab("kubeconfig"), "the key of the cluster's administrator"],
      [join((await labShell()).DOCKER_CONFIG as string, "config.json"), "the registry's password"],
    ]);
    const folders = ["logs", "pulumi", "state", "stacks", "engines"].map((name) => inLab(name));
    const files = [...keepers.keys(), report, ...folders.flatMap(filesIn)];
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const found = foundIn(readFileSync(file, "latin1"));
      expect([file, found]).toEqual([file, keepers.has(file) ? [keepers.get(file)] : []]);
      if (found.length > 0) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
    }
  });

  test("in objects of the application's namespace, its pods' environment and its events", async () => {
    const kinds = "all,configmaps,secrets,events,leases,virtualservices,destinationrules,serviceaccounts";
    const { stdout: objects } = await mustRun("kubectl", ["get", kinds, "-n", namespace, "-o", "json"], {
      env: await labShell(),
      quiet: true,
    });
    expect(objects.length).toBeGreaterThan(10_000);
    expect(foundIn(objects)).toEqual([]);
    expect(foundIn(await kubectl("get", "namespace", namespace, "-o", "json"))).toEqual([]);
  });

  test("in the images that were built", async () => {
    const { images } = JSON.parse(printed.get("pulumi stack output --json") as string) as {
      readonly images: { readonly stable: string; readonly canary: string };
    };
    const patterns = secretFile(Object.values(planted).flatMap(secretForms).join("\n"));
    const script = 'docker pull -q "$0" >&2; docker save "$0" | tar -xO | grep -aFc "$@" || true';
    const linesWith = async (image: string, ...of: readonly string[]) =>
      Number((await mustRun("bash", ["-c", script, image, ...of], { env: await labShell() })).stdout);
    for (const image of [images.stable, images.canary]) {
      expect(await linesWith(image, "/faults")).toBeGreaterThan(0); // the service's own code can be read in it
      expect(await linesWith(image, "-f", patterns)).toBe(0);
    }
  }, 120_000);
});
