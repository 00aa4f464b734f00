import { agentFor, networkReason, send } from "@canary-lab/kit/http";
import { proxyFor } from "@canary-lab/kit/proxy";
import { execa } from "execa";
import type { PluginSpec } from "./find.ts";

/** Where Pulumi publishes its plugins. */
const releases = "https://get.pulumi.com/releases/plugins/";

/** How long that place may be silent before it counts as out of reach, in milliseconds; it is asked twice. */
const silenceMilliseconds = 10_000;

/** How long a download may take, in milliseconds. */
const downloadMilliseconds = 600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lets the CLI fetch a plugin into a PULUMI_HOME. Whether it can is asked first, by the proxies that the CLI would use: where
 * there is no way out, the CLI itself takes long to give up.
 *
 * @returns undefined once the plugin is there, else why it is not
 */
export async function downloadPlugin(
  spec: PluginSpec,
  cli: string,
  home: string,
  environment: Environment,
  place = releases,
): Promise<string | undefined> {
  const cpu = process.arch === "x64" ? "amd64" : process.arch;
  const file = `pulumi-resource-${spec.name}-v${spec.version}-${process.platform}-${cpu}.tar.gz`;
  const obstacle = await obstacleAt(new URL(file, place), environment);
  if (obstacle) return obstacle;
  const { failed, timedOut, stderr } = await execa(
    cli,
    ["plugin", "install", "resource", spec.name, `v${spec.version}`],
    {
      env: { ...environment, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      extendEnv: false,
      timeout: downloadMilliseconds,
      reject: false,
      stdin: "ignore",
    },
  );
  if (timedOut) return `the download took longer than ${downloadMilliseconds / 60_000} minutes`;
  return failed ? `the download failed: ${stderr.trim().split("\n").at(-1)}` : undefined;
}

/** Why a file cannot be fetched; undefined where it can. */
async function obstacleAt(url: URL, environment: Environment): Promise<string | undefined> {
  const proxy = proxyFor(url, environment);
  const way = proxy ? `${url.host} by the proxy ${new URL(proxy).host}` : url.host;
  for (let attempt = 1; ; attempt++) {
    const agent = agentFor(url, {}, proxy);
    try {
      const { statusCode = 0 } = await send({ url, method: "HEAD", agent, timeoutMilliseconds: silenceMilliseconds });
      if (statusCode < 400) return undefined;
      if (statusCode < 500 || attempt === 2) return `${way} answered ${statusCode}`;
    } catch (error) {
      if (attempt === 2) return `${way} is out of reach: ${networkReason(error as Error)}`;
    } finally {
      agent.destroy();
    }
  }
}
