import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { probe } from "@canary-lab/kit/probe";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import { readNodeStatus } from "../objects/cluster-api.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import { isAlive } from "./proc.ts";
import { ProcessEndedError, processFailure, type RunningProcess, type Supervision } from "./supervisor.ts";

/**
 * Resolves once the process does its work.
 *
 * @throws ProcessEndedError as soon as it has ended; UserError when its time is over
 */
export async function awaitReady(process: RunningProcess, supervision: Supervision): Promise<void> {
  const { spec } = process;
  const look = async () => {
    if (await isReady(process, supervision.layout)) return true;
    if (!isAlive(process))
      throw new ProcessEndedError(...processFailure(spec, supervision, "ended before it was ready"));
    return false;
  };
  if (await until(look, { seconds: spec.readySeconds, everyMilliseconds: 100 })) return;
  throw new UserError(...processFailure(spec, supervision, `was not ready within ${spec.readySeconds} s`));
}

async function isReady({ spec, startedAt = 0 }: RunningProcess, layout: NodeLayout): Promise<boolean> {
  const readiness = spec.ready;
  switch (readiness.kind) {
    case "http":
      return (await probe({ url: readiness.url }))?.status === 200;
    case "socket":
      if (readiness.path === undefined) return accepts(readiness.socket);
      return (await probe({ url: `http://localhost${readiness.path}`, socketPath: readiness.socket }))?.status === 200;
    case "https": {
      const ca = readFileSync(authorityFile(layout.pki, readiness.authority));
      const client = readiness.certificate && readFileSync(pemFile(layout.pki, readiness.certificate));
      const tls = { ca, ...(client && { cert: client, key: client }) };
      return (await probe({ url: readiness.url, tls }))?.status === 200;
    }
    case "node":
      return nodeIsReady(layout, startedAt);
  }
}

/** Whether the Node object says Ready, and said so after `since`: what a killed kubelet had said stands for another 40 s. */
async function nodeIsReady(layout: NodeLayout, since: number): Promise<boolean> {
  const status = await readNodeStatus(layout);
  return status?.isReady === true && status.heardAt > since - 1000; // a heartbeat has whole seconds
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
