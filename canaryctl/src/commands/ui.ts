import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { print } from "../print.ts";
import { knownStacks } from "../stack/known-stacks.ts";
import { StackFile } from "../stack-file.ts";
import { readToken } from "../ui/access.ts";
import { ActLog } from "../ui/act-log.ts";
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
  const { port, readOnly: isReadOnly = false, stack: reference } = optionsOf<UiOptions>(command);
  mustBeBuilt(join(repositoryRoot, "canaryctl"), "The page");
  const { stack } = new StackFile(reference);
  const acts: ActLog = new ActLog((changed) => hub.changed(changed));
  const hub = new Hub({ isReadOnly, stacks: knownStacks, acts, reader: (name) => new StackReader(name) });
  const access = { token: readToken(), port };
  const app = buildServer({
    access,
    isReadOnly,
    stack,
    stacks: knownStacks,
    hub,
    act: (name, act) => acts.do(name, act),
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
