import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { mustNameFile } from "../lab.ts";
import { print } from "../print.ts";
import { knownStacks } from "../stack/known-stacks.ts";
import { StackFile } from "../stack-file.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { readToken } from "../ui/access.ts";
import { ActLog } from "../ui/act-log.ts";
import { applicationsOf } from "../ui/applications.ts";
import { Hub } from "../ui/hub.ts";
import { buildServer } from "../ui/server.ts";
import { StackReader } from "../ui/stack-reader.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { optionsOf } from "./arguments.ts";

interface UiOptions {
  readonly port: number;
  readonly readOnly?: boolean;
}

/** Loopback alone: whoever else should see the page has a tunnel of his own. */
const host = "127.0.0.1";

export async function run(command: Command): Promise<void> {
  const { port, readOnly: isReadOnly = false, ...options } = optionsOf<UiOptions>(command);
  const stackFile = stackFileOf(options);
  mustNameFile(options, stackFile);
  mustBeBuilt(join(repositoryRoot, "canaryctl"), "The page");
  const acts: ActLog = new ActLog((changed) => hub.changed(changed));
  const known = { stacks: knownStacks, applications: (stack: string) => applicationsOf(new StackFile(stack)) };
  const hub = new Hub({ isReadOnly, ...known, acts, reader: (shown) => new StackReader(shown) });
  const access = { token: readToken(), port };
  const app = buildServer({
    access,
    isReadOnly,
    stack: stackFile.stack,
    service: stackFile.service,
    ...known,
    hub,
    act: (shown, act) => acts.do(shown, act),
  });
  await app.listen({ host, port }).catch(rethrowTaken);
  access.port = (app.server.address() as AddressInfo).port;
  if (!isReadOnly) acts.prepare();
  const address = new URL(`http://${host}:${access.port}/`);
  address.searchParams.set("token", access.token);
  print([address.href, "Serving the page until Ctrl-C."]);
  await untilInterrupted((signal) => once(signal, "abort"));
  hub.end();
  await Promise.all([app.close(), acts.end()]);
}

function rethrowTaken(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code !== "EADDRINUSE") throw error;
  throw new UserError(`Port ${error.port} of ${host} is taken.`, {
    place: `${host}:${error.port}`,
    allowed: "a free port, or 0 for any",
    next: "npx canaryctl ui --port 0",
  });
}
