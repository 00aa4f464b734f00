import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type { SigningConfig } from "../../../../stacks/live/signed-images.ts";
import { refuseUnsigned } from "../../../../stacks/live/signed-images.ts";
import { targetedVariable } from "../../../../stacks/live/targeted.ts";
import { digestOf, payloadOf, signed, signedRegistry } from "../../cluster/images/signed-registry.ts";
import { problemsOf } from "../config/problems-of.ts";
import { sampleConfig } from "../sample-config.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const digest = digestOf("an image");

let registry: Awaited<ReturnType<typeof signedRegistry>>;
let warned: string[];
beforeEach(async () => {
  registry = await signedRegistry();
  warned = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warned.push(text));
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env[targetedVariable];
  return registry.close();
});

const look = (policy: Partial<SigningConfig["policy"]> = {}, isPreview = false, image?: string) => {
  jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(isPreview);
  const canaryImage = image ?? `${registry.address}/team/app:v2@${digest}`;
  const rule = { ...sampleConfig.policy, mode: "enforce" as const, signedBy: [pem], ...policy };
  return refuseUnsigned([{ ...sampleConfig, canaryImage, policy: rule }]);
};
const sign = () => registry.hold(digest, [payloadOf(digest), signed(payloadOf(digest), privateKey)]);

describe.each([false, true])("the program, in a preview %s,", (isPreview) => {
  test("takes an image that is signed, beside those that are built here", async () => {
    sign();
    await look({}, isPreview);
    await look({ signedBy: [Buffer.from(pem).toString("base64")] }, isPreview);
    expect(warned).toEqual([]);
  });

  test("refuses one that is not, with what is allowed and what to run", async () => {
    await expect(look({}, isPreview)).rejects.toThrow(
      /has no signature\.\n {2}at: .*policy\.signedBy.*\n {2}allowed: .*\n {2}next: .*npx canaryctl .*config get policy/,
    );
    registry.hold(digest, [payloadOf(digest), "AA=="]);
    await expect(look({}, isPreview)).rejects.toThrow(/none that holds is by a key of the policy/);
    await expect(look({}, isPreview, "registry.example/app:v2")).rejects.toThrow(/not named by its digest/);
  });

  test("warns of it where the policy warns, and asks nothing where it is off", async () => {
    await look({ mode: "warn" }, isPreview);
    expect(warned).toEqual([expect.stringContaining("has no signature")]);
    const asked = registry.requests.length;
    await look({ mode: "off" }, isPreview);
    await look({ signedBy: undefined }, isPreview);
    process.env[targetedVariable] = "true";
    await look({}, isPreview);
    expect([registry.requests.length, warned.length]).toEqual([asked, 1]);
  });
});

test("a registry that does not answer is a refusal of an update, and a warning in a preview", async () => {
  const unreachable = `127.0.0.1:1/team/app@${digest}`;
  await expect(look({}, false, unreachable)).rejects.toThrow(/is not known: the registry does not answer/);
  await look({}, true, unreachable);
  expect(warned).toEqual([expect.stringContaining("the registry does not answer")]);
});

describe("the config", () => {
  const of = (key: string) => problemsOf({ policy: { signedBy: [key] } });
  test("takes public keys as PEM and as its base64", () => {
    expect([pem, Buffer.from(pem).toString("base64")].flatMap(of)).toEqual([]);
  });

  const curve = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey;
  test.each([
    ["a private key", privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    ["another curve", curve.export({ type: "spki", format: "pem" }).toString()],
    ["a path", "cosign.pub"],
    ["nothing", ""],
  ])("refuses %s", (_, key) => {
    expect(of(key).join()).toMatch(/signedBy.*allowed: a public key in PEM/s);
    if (key !== "") expect(of(key).join()).not.toContain(key.split("\n")[1] ?? key);
  });
});
