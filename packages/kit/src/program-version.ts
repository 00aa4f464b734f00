/** The version that a text names first: 3.250.0 in `v3.250.0`, 0.33.0 in `kind v0.33.0 go1.25.1 linux/amd64`, 1.26.8 in `go version go1.26.8`. */
export const versionIn = (text: string): string | undefined =>
  /\b(?:v|go)?(\d+\.\d+(?:\.\d+[-+.\w]*)?)/.exec(text)?.[1];

/** How long a program may take to say its version, in milliseconds. */
const timeout = 10_000;

/**
 * Asks a program for its version; undefined where it cannot be run or does not say it in time.
 *
 * @param args those that make it print its version
 * @param env added to this process's environment
 */
export async function programVersion(
  file: string,
  args: readonly string[] = ["version"],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const { execa } = await import("execa"); // most commands start no program
  const { stdout } = await execa(file, args, { reject: false, timeout, env: { ...env } });
  return versionIn(stdout ?? "");
}
