import { UserError } from "@canary-lab/kit/user-error";
import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { EngineLog } from "../engine.ts";
import { unary } from "../grpc.ts";
import { type JsonObject, textAt } from "../json.ts";
import { fromStruct, secret, toStruct, typeOf } from "../values.ts";
import { pluginVersions } from "../versions.ts";
import { checkImage } from "./check.ts";
import { diffInputs } from "./diff.ts";
import type { Docker } from "./docker.ts";
import { imageOf, isBuildable } from "./image.ts";

const version = pluginVersions.docker;
const imageType = "docker:index/image:Image";

/** Everything but images is refused: half a provider that pretends to be whole would be worse than none. */
function refuse(what: string): never {
  const error = new UserError(`This substitute of the Docker plugin does not know ${what}.`, {
    allowed: imageType,
    next: `pulumi plugin install resource docker v${version}`,
  });
  throw Object.assign(error, { code: status.UNIMPLEMENTED });
}

function refuseOtherTypes(urn: string): void {
  const type = typeOf(urn);
  if (type !== imageType) refuse(`the type ${type}`);
}

/** Answers with one response, whatever the call asks. */
const refusal = <Request, Response>(what: (request: Request) => string) =>
  unary<Request, Response>((request) => refuse(what(request)));

/**
 * The Docker provider, as far as images go. Secrets arrive in clear, because Configure does not accept them, and the engine
 * keeps them encrypted; `__inputs` is marked as one by itself, for a registry's password may be in it.
 */
export function dockerProvider(docker: Docker, log: EngineLog): UntypedServiceImplementation {
  /** Builds what the inputs ask for; the outputs are the real plugin's, so that it can take over the state. */
  async function make(urn: string, inputs: JsonObject, isPreview: boolean): Promise<JsonObject> {
    const image = imageOf(inputs);
    const repoDigest = await docker.make(image, !isPreview, (line) => log.status(urn, line));
    return {
      __inputs: secret(inputs),
      baseImageName: image.imageName,
      context: image.context,
      dockerfile: image.dockerfile,
      imageName: image.imageName,
      platform: image.platform,
      registryServer: image.registry.server,
      repoDigest,
    };
  }

  /** What a preview can say: nothing is built, so that the engine takes every output but the inputs as unknown. */
  const previewed = (inputs: JsonObject, isPreview: boolean): boolean =>
    isPreview && !(inputs.buildOnPreview === true && isBuildable(inputs));

  return {
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(version)),
    configure: unary((request: pb.ConfigureRequest) => {
      const variables = [...request.getVariablesMap().keys()];
      if (variables.length > 0) refuse(`the settings ${variables.join(", ")}`);
      return new pb.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(false);
    }),
    checkConfig: unary((request: pb.CheckRequest) => new pb.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new pb.DiffResponse()),

    check: unary((request: pb.CheckRequest) => {
      refuseOtherTypes(request.getUrn());
      const { inputs, problems } = checkImage(fromStruct(request.getNews()));
      // Not as failures of single properties: the engine would print the whole of `build` beside each.
      if (problems.length > 0) {
        throw new UserError(
          `The image is not described as it must be.\n${problems.map((line) => `    ${line}`).join("\n")}`,
        );
      }
      return new pb.CheckResponse().setInputs(toStruct(inputs));
    }),

    diff: unary(async (request: pb.DiffRequest) => {
      const inputs = fromStruct(request.getOldInputs());
      const changes = diffInputs(inputs, fromStruct(request.getNews()));
      // Unlike the real plugin's: an update builds and pushes again what the registry has lost, without a refresh before it.
      const isLost = await docker.isLost(textAt(fromStruct(request.getOlds()), "repoDigest"), imageOf(inputs));
      const response = new pb.DiffResponse().setHasdetaileddiff(true);
      const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
      response.setChanges(changes.size > 0 || isLost ? DIFF_SOME : DIFF_NONE);
      const { ADD, DELETE, UPDATE } = pb.PropertyDiff.Kind;
      if (isLost) response.getDetaileddiffMap().set("repoDigest", new pb.PropertyDiff().setKind(UPDATE));
      const kinds = { add: ADD, delete: DELETE, update: UPDATE };
      for (const [path, { change }] of changes) {
        response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kinds[change]).setInputdiff(true));
      }
      return response;
    }),

    create: unary(async (request: pb.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      if (previewed(inputs, request.getPreview())) return new pb.CreateResponse().setProperties(toStruct(inputs));
      const outputs = await make(request.getUrn(), inputs, request.getPreview());
      return new pb.CreateResponse().setId(imageOf(inputs).imageName).setProperties(toStruct(outputs));
    }),

    update: unary(async (request: pb.UpdateRequest) => {
      const inputs = fromStruct(request.getNews());
      if (previewed(inputs, request.getPreview())) return new pb.UpdateResponse().setProperties(toStruct(inputs));
      return new pb.UpdateResponse().setProperties(
        toStruct(await make(request.getUrn(), inputs, request.getPreview())),
      );
    }),

    // An image by digest does not change: it is there or it is lost.
    read: unary(async (request: pb.ReadRequest) => {
      refuseOtherTypes(request.getUrn());
      const properties = fromStruct(request.getProperties());
      const image = imageOf(fromStruct(request.getInputs()));
      if (await docker.isLost(textAt(properties, "repoDigest"), image)) return new pb.ReadResponse();
      return new pb.ReadResponse()
        .setId(request.getId())
        .setInputs(request.getInputs())
        .setProperties(request.getProperties());
    }),

    // As the real one: tags outlive the resource, here and in the registry.
    delete: unary(() => new emptyPb.Empty()),

    invoke: refusal<pb.InvokeRequest, pb.InvokeResponse>((request) => `the function ${request.getTok()}`),
    call: refusal<pb.CallRequest, pb.CallResponse>((request) => `the method ${request.getTok()}`),
    construct: refusal<pb.ConstructRequest, pb.ConstructResponse>((request) => `the type ${request.getType()}`),

    cancel: unary(async () => {
      await docker.stop();
      return new emptyPb.Empty();
    }),
  } satisfies Partial<IResourceProviderServer>;
}
