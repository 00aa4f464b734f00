import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { recordedEnvironment } from "../../stacks/lab-records.ts";
import { mustRun } from "./support/command.ts";
import { enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig, readConfig } from "./support/stack-config.ts";
import { cosign, crane, registryVariables, toolFolder } from "./support/tools.ts";

describePart("an image in the lab's own registry, and cosign itself", () => {
  let folder: string;
  let image: string;
  let env: Record<string, string>;

  const sign = (key: string) =>
    mustRun("cosign", ["sign", "--key", join(folder, key), "--tlog-upload=false", "--yes", image], { env });
  const create = () => canaryctl("create-canary", "--image", image);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "signatures-"));
    await requireLab();
    await enterStack({ strategy: "istio" });
    env = {
      ...registryVariables(recordedEnvironment("dev"), folder),
      PATH: [await toolFolder(cosign), await toolFolder(crane), process.env.PATH].join(delimiter),
      COSIGN_PASSWORD: "",
    };
    image = await unsignedImage(env);
    for (const name of ["ours", "another"])
      await mustRun("cosign", ["generate-key-pair", "--output-key-prefix", join(folder, name)], { env });
    const key = readFileSync(join(folder, "ours.pub")).toString("base64");
    editConfig({ policy: { mode: "enforce", signedBy: [key] } });
    await mustBeUp();
  }, 1_200_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    editConfig({ policy: undefined });
    await enterStack({ strategy: "istio" });
    await enterStack(startingPoint);
  }, 300_000);

  test("is refused where nobody has signed it, and where another key has", async () => {
    expect(refusalFault(await create(), /has no signature/)).toBeUndefined();
    await sign("another.key");
    expect(refusalFault(await create(), /none that holds is by a key of the policy/)).toBeUndefined();
    expect(readConfig("canaryEnabled")).toBe("false");
  }, 120_000);

  test("is taken where the key of the policy has signed it too, by a registry with a password and a certificate of its own", async () => {
    await sign("ours.key");
    expect((await create()).exitCode).toBe(0);
    expect(await imageOf("v2")).toBe(image);
  }, 120_000);
});

/** The image that a side's Deployment has. */
const imageOf = (version: string): Promise<string> =>
  kubectl("-n", namespace, "get", "deployment", `versioned-echo-${version}`, "-o", "jsonpath={..containers[0].image}");

/** The image that runs, with a label that makes it another one: what an earlier run has signed stays in the registry. */
async function unsignedImage(env: Record<string, string>): Promise<string> {
  const running = await imageOf("v1");
  const name = running.replace(/@.*/, "");
  const mutate = ["mutate", running, "--label", `test=${Date.now()}`, "--tag", `${name}:to-be-signed`];
  await mustRun("crane", mutate, { env });
  const { stdout } = await mustRun("crane", ["digest", `${name}:to-be-signed`], { env });
  return `${name}@${stdout.trim()}`;
}
