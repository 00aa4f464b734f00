import structMessages, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { JsonObject } from "./json.ts";

export const fromStruct = (struct: Struct | undefined): JsonObject => (struct?.toJavaScript() ?? {}) as JsonObject;
export const toStruct = (object: JsonObject): Struct => structMessages.Struct.fromJavaScript(object);
