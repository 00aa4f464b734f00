import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { unary } from "../../src/grpc.ts";

const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../src", path)).href);

/** One resource waits for what fails; another waits for that one, and with it the outputs of the stack. */
const waiting = `
    const slow = new Thing("slow", {});
    const failed = slow.id.apply(() => { throw new pulumi.RunError("its pods cannot start"); });
    const late = new Thing("late", { failed });
    return { out: new Thing("last", { after: late.out }).out };`;

/** The program has more to do after its first error. */
const goingOn = `
    Promise.reject(new pulumi.RunError("its pods cannot start"));
    for (const name of ["slow", "later"]) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { promise, resolve } = Promise.withResolvers();
      new Thing(name, {}).id.apply(resolve);
      await promise;
    }`;

const programOf = (body: string) => `
  import { createServer } from "node:net";
  import * as pulumi from ${JSON.stringify(import.meta.resolve("@pulumi/pulumi"))};
  import { serveProgram } from ${source("language/program-server.ts")};
  class Thing extends pulumi.CustomResource {
    constructor(name, inputs, options) { super("test:index:Thing", name, { ...inputs, out: undefined }, options); }
  }
  const sockets = createServer(serveProgram(async () => {
    ${body}
  }, () => process.exit(1)));
  sockets.listen(process.argv[2], () => console.log("listening"));
  sockets.unref();
  const untilAsked = setTimeout(() => process.exit(1), 20_000);
  sockets.on("connection", () => clearTimeout(untilAsked));
`;

jest.setTimeout(30_000); // each program is a process that loads the SDK

let child: ChildProcess | undefined;
let client: languageGrpc.LanguageRuntimeClient | undefined;
let engine: Server;
let address: string;
const told: string[] = [];
const registered: string[] = [];

beforeEach(async () => {
  told.length = 0;
  registered.length = 0;
  engine = new Server();
  engine.addService(engineGrpc.EngineService, {
    log: unary((request: enginePb.LogRequest) => {
      if (request.getSeverity() === enginePb.LogSeverity.ERROR) told.push(request.getMessage());
      return new emptyPb.Empty();
    }),
    getRootResource: unary(() => new enginePb.GetRootResourceResponse()),
    setRootResource: unary(() => new enginePb.SetRootResourceResponse()),
  } as never);
  engine.addService(resourceGrpc.ResourceMonitorService, {
    supportsFeature: unary(() => new resourcePb.SupportsFeatureResponse()),
    registerResource: unary((request: resourcePb.RegisterResourceRequest) => {
      registered.push(request.getName());
      return new resourcePb.RegisterResourceResponse()
        .setUrn(`urn:pulumi:dev::test::t::${request.getName()}`)
        .setId("1");
    }),
    registerResourceOutputs: unary(() => new emptyPb.Empty()),
  } as never);
  const port = await promisify(engine.bindAsync.bind(engine))("127.0.0.1:0", ServerCredentials.createInsecure());
  address = `127.0.0.1:${port}`;
});

async function run(body: string): Promise<languagePb.RunResponse> {
  const folder = mkdtempSync(join(tmpdir(), "failed-"));
  writeFileSync(join(folder, "program.mjs"), programOf(body));
  const started = spawn(process.execPath, [join(folder, "program.mjs"), join(folder, "socket")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  await once(started.stdout, "data");
  client = new languageGrpc.LanguageRuntimeClient(`unix:${join(folder, "socket")}`, credentials.createInsecure());
  const call = promisify<languagePb.RunRequest, languagePb.RunResponse>(client.run.bind(client));
  const request = new languagePb.RunRequest()
    .setProject("test")
    .setStack("dev")
    .setParallel(4)
    .setMonitorAddress(address);
  return call(request.setArgsList([address]));
}

// Whatever a test came to: one that takes too long has no client yet, and its child is still loading.
afterEach(async () => {
  const closed = promisify<void>(engine.tryShutdown.bind(engine))(); // it says when the server is closed, and the next line closes it
  engine.forceShutdown();
  client?.close();
  client = undefined;
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  await closed;
});

test("a program ends where a resource waits for what failed, though what waits for that resource is never known", async () => {
  expect((await run(waiting)).getBail()).toBe(true);
  expect(registered).toContain("slow");
  expect(registered).not.toContain("last");
  expect(told).toEqual([expect.stringContaining("its pods cannot start")]);
});

test("what a program does after its first error is done, and no error of the end of the connection is told", async () => {
  expect((await run(goingOn)).getBail()).toBe(true);
  expect(registered).toContain("later");
  expect(told).toEqual(["its pods cannot start"]);
});
