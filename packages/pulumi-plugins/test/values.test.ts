import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../src/json.ts";
import {
  asProperties,
  hasSecret,
  hasUnknown,
  markSecrets,
  plain,
  resourceReference,
  secret,
  unknown,
} from "../src/values.ts";

describe("property values", () => {
  test("unknowns and secrets are found at any depth", () => {
    expect(hasUnknown({ a: [{ b: secret({ c: unknown }) }] })).toBe(true);
    expect(hasUnknown({ a: [1, "x", null] })).toBe(false);
    expect(hasSecret({ a: [secret(1)] })).toBe(true);
    expect(hasSecret({ a: [resourceReference("urn", "id")] })).toBe(false);
  });

  test("plain values hold no wrapper and share nothing", () => {
    const inputs = { a: secret({ b: secret("x") }), list: [secret(1), 2] };
    expect(plain(inputs)).toEqual({ a: { b: "x" }, list: [1, 2] });
    expect(inputs.list).toHaveLength(2);
  });

  test("keys of a CRD's schema change their spelling there and back", () => {
    const sdk = { schema: { x_kubernetes_preserve_unknown_fields: true, x_other: 1 } };
    const api = { schema: { "x-kubernetes-preserve-unknown-fields": true, x_other: 1 } };
    expect(plain(sdk)).toEqual(api);
    expect(asProperties(api)).toEqual(sdk);
  });

  test("secrets are carried over by key; a list with one is secret as a whole", () => {
    const inputs = { spec: { token: secret("t"), env: [{ value: secret("v") }, {}], plain: 1 } };
    expect(
      markSecrets(
        { spec: { token: "t", env: [{ value: "v" }, {}], plain: 1, more: 2 } } as JsonObject,
        inputs as JsonObject,
      ),
    ).toEqual({
      spec: { token: secret("t"), env: secret([{ value: "v" }, {}]), plain: 1, more: 2 },
    });
  });

  test("the data of a Secret is secret whatever the program said", () => {
    expect(markSecrets({ kind: "Secret", data: { pw: "b25l" }, type: "Opaque" }, {})).toEqual({
      kind: "Secret",
      data: secret({ pw: "b25l" }),
      type: "Opaque",
    });
  });
});
