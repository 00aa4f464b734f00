const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/;

/**
 * A resource quantity in Kubernetes' canonical form: the largest suffix that leaves no fraction, of the family it was written
 * in, such as `1` for `1000m`, `1Gi` for `1024Mi` and `1500m` for `1.5`. What is no quantity comes back as it is.
 */
export function canonicalQuantity(text: string): string {
  const match = form.exec(text);
  if (!match || !(match[2] || match[3])) return text;
  const [, sign, whole = "", fraction = "", exponent, binarySuffix, decimalSuffix = ""] = match;
  const digits = BigInt(`${whole}${fraction}` || "0");
  if (digits === 0n) return "0";
  const minus = sign === "-" ? "-" : "";
  if (binarySuffix) {
    const scaled = digits * 1024n ** BigInt(binary.indexOf(binarySuffix) + 1);
    const unit = 10n ** BigInt(fraction.length);
    if (scaled % unit !== 0n) return text; // less than a byte: rare enough to leave alone
    return minus + inFamily(scaled / unit, 1024n, ["", ...binary]);
  }
  const power = (exponent ? Number(exponent.slice(1)) : (decimal.indexOf(decimalSuffix) - 3) * 3) - fraction.length + 9;
  if (power < 0 || power > 100) return text; // finer than a nano, or larger than Kubernetes takes
  const nanos = digits * 10n ** BigInt(power);
  if (!exponent) return minus + inFamily(nanos, 1000n, decimal);
  const [mantissa, steps] = reduce(nanos, 1000n, 6);
  const written = steps * 3 - 9;
  return `${minus}${mantissa}${written === 0 ? "" : `e${written}`}`;
}

function reduce(value: bigint, base: bigint, most: number): [bigint, number] {
  let steps = 0;
  let rest = value;
  while (steps < most && rest % base === 0n) {
    rest /= base;
    steps += 1;
  }
  return [rest, steps];
}

function inFamily(value: bigint, base: bigint, suffixes: readonly string[]): string {
  const [rest, steps] = reduce(value, base, suffixes.length - 1);
  return `${rest}${suffixes[steps]}`;
}

/** A quantity in billionths of its unit; undefined for what is none, is finer than that, or is larger than Kubernetes takes. */
export function nanosOf(text: string): bigint | undefined {
  const match = form.exec(text);
  if (!match || !(match[2] || match[3])) return undefined;
  const [, sign, whole = "", fraction = "", exponent, binarySuffix, decimalSuffix = ""] = match;
  const decimalPower = binarySuffix ? 0 : (decimal.indexOf(decimalSuffix) - 3) * 3;
  const power = (exponent ? Number(exponent.slice(1)) : decimalPower) - fraction.length + 9;
  if (Math.abs(power) > 100) return undefined;
  const unit = 1024n ** BigInt(binarySuffix ? binary.indexOf(binarySuffix) + 1 : 0);
  const digits = BigInt(`${whole}${fraction}`) * unit * 10n ** BigInt(Math.max(0, power));
  const divisor = 10n ** BigInt(Math.max(0, -power));
  if (digits % divisor !== 0n || digits / divisor >= 2n ** 63n * 10n ** 9n) return undefined;
  return sign === "-" ? -digits / divisor : digits / divisor;
}
