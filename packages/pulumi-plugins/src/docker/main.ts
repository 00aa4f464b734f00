import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { connectEngineLog } from "../engine.ts";
import { engineAddress, servePlugin } from "../grpc.ts";
import { Docker } from "./docker.ts";
import { dockerProvider } from "./provider.ts";

/** The entry point of the substitute for `pulumi-resource-docker`: its last argument is the engine's address. */
const docker = new Docker(process.env);
const provider = dockerProvider(docker, connectEngineLog(engineAddress() ?? ""));
await servePlugin(ResourceProviderService, provider, () => docker.stop());
