import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { version } from "@pulumi/pulumi/version.js";
import { engineAddress, servePlugin } from "../grpc.ts";
import { Children } from "./children.ts";
import { languageHost } from "./host.ts";

/** The entry point of `pulumi-language-nodejs`: its last argument is the engine's address. */
const children = new Children();
const host = languageHost(engineAddress() ?? "", version, children);
await servePlugin(LanguageRuntimeService, host, () => children.killAll());
