import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import { serveProgram } from "../../src/language/program-server.ts";

let sockets: Server;
let client: languageGrpc.LanguageRuntimeClient;

beforeEach(async () => {
  const path = join(mkdtempSync(join(tmpdir(), "program-")), "socket");
  sockets = createServer(
    serveProgram(
      async () => ({ out: 1 }),
      () => {},
    ),
  );
  await once(sockets.listen(path), "listening");
  client = new languageGrpc.LanguageRuntimeClient(`unix:${path}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  sockets.close();
});

test("says on which Node the program runs", async () => {
  const about = promisify<pb.AboutRequest, pb.AboutResponse>(client.about.bind(client));
  expect((await about(new pb.AboutRequest())).getVersion()).toBe(process.version);
});
