import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { unary } from "../../src/grpc.ts";

const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../src", path)).href);

/** A program of which one resource waits for what fails; another waits for that one, and with it the outputs of the stack. */
const program = `
  import { createServer } from "node:net";
  import * as pulumi from ${JSON.stringify(import.meta.resolve("@pulumi/pulumi"))};
  import { serveProgram } from ${source("language/program-server.ts")};
  class Thing extends pulumi.CustomResource {
    constructor(name, inputs, options) { super("test:index:Thing", name, { ...inputs, out: undefined }, options); }
  }
  const sockets = createServer(serveProgram(async () => {
    const slow = new Thing("slow", {});
    const failed = slow.id.apply(() => { throw new pulumi.RunError("its pods cannot start"); });
    const late = new Thing("late", { failed });
    return { out: new Thing("last", { after: late.out }).out };
  }, () => process.exit(1)));
  sockets.listen(process.argv[2], () => console.log("listening"));
  sockets.unref();
  const untilAsked = setTimeout(() => process.exit(1), 20_000);
  sockets.on("connection", () => clearTimeout(untilAsked));
`;

let child: ChildProcess;
let client: languageGrpc.LanguageRuntimeClient;
let engine: Server;
let address: string;
const told: string[] = [];
const registered: string[] = [];

beforeEach(async () => {
  engine = new Server();
  engine.addService(engineGrpc.EngineService, {
    log: unary(({ message }: enginePb.LogRequest.AsObject & { message: string }) => {
      told.push(message);
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
  const folder = mkdtempSync(join(tmpdir(), "failed-"));
  writeFileSync(join(folder, "program.mjs"), program);
  child = spawn(process.execPath, [join(folder, "program.mjs"), join(folder, "socket")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  client = new languageGrpc.LanguageRuntimeClient(`unix:${join(folder, "socket")}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  engine.forceShutdown();
  child.kill();
});

test("a program ends where a resource waits for what failed, though what waits for that resource is never known", async () => {
  const run = promisify<languagePb.RunRequest, languagePb.RunResponse>(client.run.bind(client));
  const request = new languagePb.RunRequest()
    .setProject("test")
    .setStack("dev")
    .setParallel(4)
    .setMonitorAddress(address);
  const response = await run(request.setArgsList([address]));
  expect(response.getBail()).toBe(true);
  expect(registered).toContain("slow");
  expect(registered).not.toContain("last");
});
