import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import { nodeName } from "../network/addresses.ts";
import { requestApiServer } from "../objects/cluster-api.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import { probe } from "./probe.ts";
import { isAlive } from "./proc.ts";
import { ProcessEndedError, processFailure, type RunningProcess, type Supervision } from "./supervisor.ts";

const pollMilliseconds = 100;

/**
 * Resolves once the process does its work.
 *
 * @throws ProcessEndedError as soon as it has ended; UserError when its time is over
 */
export async function awaitReady(process: RunningProcess, supervision: Supervision): Promise<void> {
  const { spec } = process;
  const deadline = performance.now() + spec.readySeconds * 1000;
  while (!(await isReady(process, supervision.layout))) {
    if (!isAlive(process))
      throw new ProcessEndedError(...processFailure(spec, supervision, "ended before it was ready"));
    if (performance.now() > deadline) {
      throw new UserError(...processFailure(spec, supervision, `was not ready within ${spec.readySeconds} s`));
    }
    await sleep(pollMilliseconds);
  }
}

async function isReady({ spec, startedAt = 0 }: RunningProcess, layout: NodeLayout): Promise<boolean> {
  const readiness = spec.ready;
  switch (readiness.kind) {
    case "http":
      return (await probe({ url: readiness.url }))?.status === 200;
    case "socket":
      if (readiness.path === undefined) return accepts(readiness.socket);
      return (await probe({ url: `http://localhost${readiness.path}`, socket: readiness.socket }))?.status === 200;
    case "https": {
      const authority = readFileSync(authorityFile(layout.pki, readiness.authority));
      const client = readiness.certificate && { client: readFileSync(pemFile(layout.pki, readiness.certificate)) };
      return (await probe({ url: readiness.url, authority, ...client }))?.status === 200;
    }
    case "node":
      return nodeIsReady(layout, startedAt);
  }
}

/** Whether the Node object says Ready, and said so after `since`: what a killed kubelet had said stands for another 40 s. */
async function nodeIsReady(layout: NodeLayout, since: number): Promise<boolean> {
  const reply = await requestApiServer(layout, `/api/v1/nodes/${nodeName}`);
  if (reply?.status !== 200) return false;
  const conditions: { type: string; status: string; lastHeartbeatTime: string }[] =
    JSON.parse(reply.body).status?.conditions ?? [];
  return conditions.some(
    ({ type, status, lastHeartbeatTime }) =>
      type === "Ready" && status === "True" && Date.parse(lastHeartbeatTime) > since - 1000, // it has whole seconds
  );
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
