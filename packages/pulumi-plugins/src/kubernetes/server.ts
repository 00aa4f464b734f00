import grpc, { type UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import { callsEnded, servePlugin, unary } from "../grpc.ts";
import type { JsonObject } from "../json.ts";
import { fromStruct, plain, toStruct } from "../values.ts";
import { pluginVersions } from "../versions.ts";
import { messageOf, PartialFailure } from "./api/errors.ts";
import type { Autonaming } from "./objects/naming.ts";
import type { Difference } from "./operations/diff.ts";
import type { Provider } from "./provider.ts";
import { type CheckFailure, checkSettings, compareSettings } from "./settings.ts";

const version = pluginVersions.kubernetes;

/** An error as the engine understands it: a partial failure carries the state that there is, and the reasons. */
function asServiceError(error: unknown): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  if (error instanceof PartialFailure) {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(toStruct(error.state));
    detail.setReasonsList([...error.reasons]);
    if (error.inputs) detail.setInputs(toStruct(error.inputs));
    const any = new anyMessages.Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusMessages.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  const details = messageOf(error);
  return Object.assign(new Error(details), { code: grpc.status.UNKNOWN, details, metadata });
}

/**
 * How long calls may take to end after the engine is gone, in milliseconds: a helm gets to write down that it was stopped. It is less than
 * the next update takes until it asks for its first release.
 */
const partingMilliseconds = 1000;

/** A call's handler out of a function that returns the response, or throws. */
const answer = <Request, Response>(handle: (request: Request) => Promise<Response> | Response) =>
  unary<Request, Response>(handle, asServiceError);

function checkResponse(inputs: JsonObject, failures: readonly CheckFailure[]) {
  const response = new messages.CheckResponse();
  response.setInputs(toStruct(inputs));
  for (const { property, reason } of failures) {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

function diffResponse(difference: Difference) {
  const { Kind } = messages.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(difference.changes.size > 0 || difference.replaces.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...difference.replaces]);
  response.setDeletebeforereplace(difference.deleteBeforeReplace);
  response.setDiffsList([...(difference.properties ?? [])]);
  response.setHasdetaileddiff(true);
  for (const [path, { change, replaces }] of difference.changes) {
    const property = new messages.PropertyDiff();
    property.setKind(kinds[change][replaces ? 1 : 0]);
    property.setInputdiff(change === "delete");
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}

function autonamingOf(options: messages.CheckRequest.AutonamingOptions | undefined): Autonaming | undefined {
  const modes = ["propose", "enforce", "disable"] as const;
  return options && { mode: modes[options.getMode()] ?? "propose", proposedName: options.getProposedName() };
}

/** The RPCs that the engine makes, each handed to the provider in plain values. */
function handlers(provider: Provider): Partial<IResourceProviderServer> {
  return {
    getPluginInfo: answer(() => {
      const info = new pluginMessages.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    attach: answer(() => new emptyMessages.Empty()),
    cancel: answer(() => {
      provider.cancel();
      return new emptyMessages.Empty();
    }),
    getSchema: answer(() => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "kubernetes", version }));
      return response;
    }),
    checkConfig: answer((request: messages.CheckRequest) => {
      const news = fromStruct(request.getNews());
      return checkResponse(news, checkSettings(plain(news)));
    }),
    diffConfig: answer((request: messages.DiffRequest) => {
      const { changed, replaces } = compareSettings(
        plain(fromStruct(request.getOlds())),
        plain(fromStruct(request.getNews())),
      );
      const response = new messages.DiffResponse();
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
      response.setDiffsList([...changed]);
      response.setReplacesList([...replaces]);
      return response;
    }),
    configure: answer(async (request: messages.ConfigureRequest) => {
      await provider.configure(new Map(request.getVariablesMap().getEntryList()));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    invoke: answer(async (request: messages.InvokeRequest) => {
      const response = new messages.InvokeResponse();
      response.setReturn(toStruct(await provider.invoke(request.getTok(), plain(fromStruct(request.getArgs())))));
      return response;
    }),
    construct: answer(async (request: messages.ConstructRequest) => {
      const { urn, state } = await provider.construct(request);
      const response = new messages.ConstructResponse();
      response.setUrn(urn);
      response.setState(toStruct(state));
      return response;
    }),
    check: answer(async (request: messages.CheckRequest) => {
      const { inputs, failures } = await provider.check({
        urn: request.getUrn(),
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        autonaming: autonamingOf(request.getAutonaming()),
      });
      return checkResponse(inputs, failures);
    }),
    diff: answer(async (request: messages.DiffRequest) =>
      diffResponse(
        await provider.diff({
          urn: request.getUrn(),
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: answer(async (request: messages.CreateRequest) => {
      const { id, properties } = await provider.create({
        urn: request.getUrn(),
        properties: fromStruct(request.getProperties()),
        timeout: request.getTimeout(),
        preview: request.getPreview(),
      });
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct(properties));
      return response;
    }),
    read: answer(async (request: messages.ReadRequest) => {
      const outcome = await provider.read({
        id: request.getId(),
        urn: request.getUrn(),
        properties: fromStruct(request.getProperties()),
        inputs: fromStruct(request.getInputs()),
      });
      const response = new messages.ReadResponse();
      response.setId(outcome.id);
      if (outcome.id) {
        response.setProperties(toStruct(outcome.properties));
        response.setInputs(toStruct(outcome.inputs));
      }
      return response;
    }),
    update: answer(async (request: messages.UpdateRequest) => {
      const { properties } = await provider.update({
        urn: request.getUrn(),
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        timeout: request.getTimeout(),
        preview: request.getPreview(),
      });
      const response = new messages.UpdateResponse();
      response.setProperties(toStruct(properties));
      return response;
    }),
    delete: answer(async (request: messages.DeleteRequest) => {
      await provider.remove({
        id: request.getId(),
        urn: request.getUrn(),
        properties: fromStruct(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new emptyMessages.Empty();
    }),
  };
}

/** Serves the provider to the engine that started this process, and ends with that engine. */
export const serve = (provider: Provider): Promise<void> =>
  servePlugin(ResourceProviderService, handlers(provider) as unknown as UntypedServiceImplementation, async () => {
    provider.cancel();
    await callsEnded(partingMilliseconds);
  });
