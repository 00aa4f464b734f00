import { isDeepStrictEqual } from "node:util";
import { canonicalQuantity } from "@canary-lab/kit/kube/quantity";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { difference, prune } from "../src/difference.ts";
import type { Json, JsonObject } from "../src/json.ts";
import { mergePatch } from "../src/kubernetes/operations/update.ts";

/** Keys as Kubernetes objects have them; values as JSON has them. */
const key = fc.stringMatching(/^[-._/a-zA-Z0-9]{1,8}$/).filter((name) => name !== "__proto__");
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, "", "text"),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("difference", () => {
  test("is empty exactly where both sides are equal", () => {
    fc.assert(
      fc.property(object, object, (old, wanted) => {
        expect(difference(old, structuredClone(old), []).size).toBe(0);
        expect(difference(old, wanted, []).size === 0).toBe(isDeepStrictEqual(old, wanted));
      }),
    );
  });

  test("the other way round names the same paths, with additions and deletions exchanged", () => {
    const reverse = { add: "delete", delete: "add", update: "update" } as const;
    fc.assert(
      fc.property(object, object, (old, wanted) => {
        const there = [...difference(old, wanted, [])].map(([path, { change }]) => [path, reverse[change]]);
        const back = [...difference(wanted, old, [])].map(([path, { change }]) => [path, change]);
        expect(Object.fromEntries(back)).toEqual(Object.fromEntries(there));
      }),
    );
  });

  test("keys that a replacement asks for are replaced where they or what is in them changed", () => {
    fc.assert(
      fc.property(
        object,
        object,
        key.filter((name) => !/[.*]/.test(name)),
        (old, wanted, name) => {
          const replaces = [...difference(old, wanted, [name]).values()].some((change) => change.replaces);
          expect(replaces).toBe(!isDeepStrictEqual(old[name], wanted[name]));
        },
      ),
    );
  });
});

test("pruning by its own shape changes nothing, and pruning twice is pruning once", () => {
  fc.assert(
    fc.property(object, object, (live, shape) => {
      expect(prune(live, live)).toEqual(live);
      expect(prune(prune(live, shape), shape)).toEqual(prune(live, shape));
    }),
  );
});

test("a merge patch, applied as RFC 7386 says, leads from one object to the other", () => {
  const apply = (target: Json | undefined, patch: Json): Json => {
    if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
    const base = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
    const result: JsonObject = { ...base };
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete result[name];
      else result[name] = apply(result[name], value);
    }
    return result;
  };
  // A merge patch cannot say null: it says that a field goes.
  const isFreeOfNull = (value: Json): boolean =>
    value !== null && (typeof value !== "object" || Object.values(value).every(isFreeOfNull));
  const plain = object.filter(isFreeOfNull);
  fc.assert(fc.property(plain, plain, (from, to) => expect(apply(from, mergePatch(from, to))).toEqual(to)));
});

describe("a quantity's canonical form", () => {
  const exact = fc
    .tuple(
      fc.constantFrom("", "+", "-"),
      fc.nat({ max: 10 ** 6 }),
      fc.option(fc.stringMatching(/^\d{1,4}$/)),
      fc.constantFrom(
        "n",
        "u",
        "m",
        "",
        "k",
        "M",
        "G",
        "T",
        "P",
        "E",
        "Ki",
        "Mi",
        "Gi",
        "Ti",
        "Pi",
        "Ei",
        "e3",
        "E-2",
        "e12",
      ),
    )
    .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${suffix}`);

  /** The quantity as a fraction of whole numbers. */
  function rationalOf(text: string): [bigint, bigint] {
    const [, sign, whole = "", fraction = "", suffix = ""] = /^([+-]?)(\d*)\.?(\d*)(.*)$/.exec(text) ?? [];
    const decimals = suffix === "" ? -1 : "numkMGTPE".indexOf(suffix);
    const binaries = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].indexOf(suffix);
    let power = -fraction.length;
    if (/^[eE][+-]?\d+$/.test(suffix)) power += Number(suffix.slice(1));
    else if (decimals >= 0) power += 3 * (decimals < 3 ? decimals - 3 : decimals - 2);
    const factor = binaries < 0 ? 1n : 1024n ** BigInt(binaries + 1);
    const digits = BigInt(`${whole}${fraction}`) * factor * (sign === "-" ? -1n : 1n);
    return power < 0 ? [digits, 10n ** BigInt(-power)] : [digits * 10n ** BigInt(power), 1n];
  }

  test("has the same value, and is its own canonical form", () => {
    fc.assert(
      fc.property(exact, (text) => {
        const canonical = canonicalQuantity(text);
        const [[a, b], [c, d]] = [rationalOf(text), rationalOf(canonical)];
        expect(a * d).toBe(c * b);
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
    );
  });

  test("of any other text is that text", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/^[+-]?[\d.]/.test(text)),
        (text) => expect(canonicalQuantity(text)).toBe(text),
      ),
    );
    for (const text of ["1e999999999999", "1e-999999999999"]) expect(canonicalQuantity(text)).toBe(text);
  });
});
