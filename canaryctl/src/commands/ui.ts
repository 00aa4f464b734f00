import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { asDeployed } from "../deployed.ts";
import { type GlobalOptions, mustNameFile, openLab } from "../lab.ts";
import { print } from "../print.ts";
import { knownStacks } from "../stack/known-stacks.ts";
import { StackFile } from "../stack-file.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { readToken } from "../ui/access.ts";
import { ActLog } from "../ui/act-log.ts";
import { applicationsOf } from "../ui/applications.ts";
import { serveGatewayPage } from "../ui/gateway-page.ts";
import { gatewayPlaceOf } from "../ui/gateway-place.ts";
import { Hub } from "../ui/hub.ts";
import { buildServer } from "../ui/server.ts";
import { StackReader } from "../ui/stack-reader.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { optionsOf } from "./arguments.ts";

interface UiOptions {
  readonly port: number;
  readonly readOnly?: boolean;
  readonly gateway?: boolean;
}

/** Loopback alone: whoever else should see the page has a tunnel of his own, or the gateway. */
const host = "127.0.0.1";

const reader = (shown: string) => new StackReader(shown);
const applications = (stack: string) => applicationsOf(new StackFile(stack));

export async function run(command: Command): Promise<void> {
  const { port, readOnly: isReadOnly = false, gateway = false, ...options } = optionsOf<UiOptions>(command);
  const stackFile = stackFileOf(options);
  mustNameFile(options, stackFile);
  mustBeBuilt(join(repositoryRoot, "canaryctl"), "The page");
  const { stack, service } = stackFile;
  const token = readToken();
  const behind = gateway ? await openGateway(options) : undefined;
  const acts: ActLog = new ActLog((changed) => hub.changed(changed));
  const known = { stacks: knownStacks, applications };
  const hub = new Hub({ isReadOnly, ...known, acts, reader });
  const access = { token, port };
  const app = buildServer({
    ...{ access, stack, service, ...known, hub },
    act: isReadOnly ? undefined : (shown, act) => acts.do(shown, act),
  });
  try {
    await app.listen({ host, port }).catch(rethrowTaken);
    access.port = (app.server.address() as AddressInfo).port;
    if (!isReadOnly) acts.prepare();
    const address = new URL(`http://${host}:${access.port}/`);
    address.searchParams.set("token", token);
    print([address.href, "Serving the page until Ctrl-C."]);
    await untilInterrupted((signal) => {
      const served = () => interrupted(signal);
      if (!behind) return served();
      const serve = (gatewayAddress: string) => {
        print(["Through the gateway, to look only:", gatewayAddress]);
        return served();
      };
      return serveGatewayPage({ ...behind, ...{ stack, service, applications, reader, token, signal, serve } });
    });
  } finally {
    hub.end();
    await Promise.all([app.close(), acts.end()]);
  }
}

/** What the page needs of the cluster to go through its gateway, known before anything listens. */
async function openGateway(options: GlobalOptions) {
  const lab = await asDeployed(openLab(options));
  return { cluster: lab.cluster, place: await gatewayPlaceOf(lab) };
}

async function interrupted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function rethrowTaken(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code !== "EADDRINUSE") throw error;
  throw new UserError(`Port ${error.port} of ${host} is taken.`, {
    place: `${host}:${error.port}`,
    allowed: "a free port, or 0 for any",
    next: "npx canaryctl ui --port 0",
  });
}
