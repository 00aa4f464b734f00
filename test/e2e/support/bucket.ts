import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./command.ts";
import { toolFolder, versitygw } from "./tools.ts";
import { until } from "./until.ts";

/** An S3-compatible server with one bucket, on loopback. */
export interface Bucket {
  /** What makes an engine keep its state there. */
  readonly variables: {
    readonly PULUMI_BACKEND_URL: string;
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
    readonly AWS_REGION: string;
  };
  /** The same for another bucket, which is not there. */
  readonly urlOf: (bucket: string) => string;
  /** Puts an object there, past the server, as another machine would by it. */
  put(key: string, content: string): void;
  /** The folder that the bucket is. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts the server; the first time builds it. Its credentials are in its environment: argv is for all to see. */
export async function startBucket(): Promise<Bucket> {
  const program = join(await toolFolder(versitygw), "versitygw");
  const root = mkdtempSync(join(tmpdir(), "bucket-"));
  const folder = join(root, "data", "state");
  for (const path of [folder, join(root, "attributes")]) mkdirSync(path, { recursive: true });
  const port = await freePort();
  const [access, secret] = ["e2e", "an-e2e-secret"];
  // With a folder for the attributes of objects it needs no file system that has attributes.
  const args = [
    "--port",
    `127.0.0.1:${port}`,
    "--quiet",
    "posix",
    "--sidecar",
    join(root, "attributes"),
    join(root, "data"),
  ];
  const server = start(program, args, {
    env: { PATH: process.env.PATH ?? "", ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret },
    timeoutSeconds: 600,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await until(
    "the server of the bucket answers",
    async () => (await fetch(endpoint).catch(() => undefined)) !== undefined,
    {
      seconds: 20,
    },
  );
  const urlOf = (bucket: string) => `s3://${bucket}?endpoint=${endpoint}&s3ForcePathStyle=true`;
  return {
    variables: {
      PULUMI_BACKEND_URL: urlOf("state"),
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: "us-east-1",
    },
    urlOf,
    folder,
    put(key, content) {
      const file = join(folder, key);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, content);
    },
    async stop() {
      if (server.pid > 0) process.kill(-server.pid, "SIGKILL");
      await server.finished;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nothing listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
