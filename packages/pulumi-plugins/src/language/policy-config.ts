import { createRequire } from "node:module";
import { join } from "node:path";
import type { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";

/** The one method of a policy pack's service that matters here. */
interface AnalyzerMethods {
  configureStack?: (call: { readonly request: AnalyzerStackConfigureRequest }, callback: unknown) => void;
}

/**
 * Preloaded into policy packs (`node --import`). The engine tells a pack the stack and its config in the call ConfigureStack,
 * after the pack has started; @pulumi/policy keeps only the tags of it. This hands the rest to the SDK, so that
 * `pulumi.Config`, `getProject` and `getStack` answer in a policy as they do in a program.
 *
 * It has to be the pack's own copies of the packages, and the service is seen only where gRPC is told of it.
 */
const packs = createRequire(join(process.cwd(), "package.json"));
const { Server } = packs("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
const addService = Server.prototype.addService;

Server.prototype.addService = function (service, methods: AnalyzerMethods & Parameters<typeof addService>[1]) {
  const configureStack = methods.configureStack;
  if (!configureStack) return addService.call(this, service, methods);
  const configured: AnalyzerMethods["configureStack"] = (call, callback) => {
    const { request } = call;
    const { options } = packs("@pulumi/pulumi/runtime/state").getStore().settings;
    options.project = request.getProject();
    options.stack = request.getStack();
    options.organization = request.getOrganization();
    options.dryRun = request.getDryRun();
    const config = Object.fromEntries(request.getConfigMap().entries());
    packs("@pulumi/pulumi/runtime/config").setAllConfig(config, request.getConfigSecretKeysList());
    configureStack(call, callback);
  };
  return addService.call(this, service, { ...methods, configureStack: configured });
};
